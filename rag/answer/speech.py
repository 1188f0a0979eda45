"""The English verbs that report what somebody says."""

from __future__ import annotations

from collections.abc import Mapping

# These report by themselves.
SAY = frozenset(
    "said says told tells added adds stated states declared declares announced announces "
    "explained explains insisted insists argued argues claimed claims maintained maintains "
    "remarked commented replied replies answered answers responded retorted confirmed confirms "
    "warned warns cautioned predicted predicts promised promises pledged vowed vows testified "
    "stressed emphasised emphasized acknowledged acknowledges admitted "
    "admits conceded concedes joked quipped alleged alleges urged urges accused accuses blamed "
    "blames expressed voiced demanded demands highlighted boasted".split()
)
# These report where one of these words or marks follows.
_THAT = frozenset({"that", ":", "“", '"', "«", "how", "why"})
ALSO_SAY: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        "found finds believed believes thinks thought hoped hopes noted notes wrote writes tweeted "
        "suggested suggests reported reports estimated estimates concluded concludes continued "
        "recalled recalls observed agreed decided showed shows assured whispered shouted cried "
        "expects say underlined underscored".split(),
        _THAT,
    ),
    **dict.fromkeys("described describes".split(), _THAT | {"as"}),
    **dict.fromkeys(
        "called calls labelled labeled branded".split(), _THAT | {"for", "it", "a", "an"}
    ),
    **dict.fromkeys("put puts".split(), _THAT | {"at"}),
    **dict.fromkeys("asked asks".split(), _THAT | {"for", "whether", "if"}),
    **dict.fromkeys("ruled".split(), _THAT | {"out"}),
    **dict.fromkeys("pointed referred spoke objected".split(), _THAT | {"to", "of", "out"}),
}
# These are done with words, and say something only right before one of these words or marks: who
# "reaffirmed their commitment" has not said those words.
_CLAUSE = _THAT | {"having", "being", "any"}
ACTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys("denied denies".split(), _CLAUSE),
    **dict.fromkeys(
        "reaffirmed reaffirms reiterated reiterates appreciated apologised apologized protested "
        "complained complains welcomed welcomes rejected rejects".split(),
        _THAT,
    ),
}
# These say what for, or as what, they judge somebody or something.
JUDGING: Mapping[str, frozenset[str]] = {
    **dict.fromkeys("dismissed dismisses hailed hails rejected".split(), frozenset({"as"})),
    **dict.fromkeys(
        "criticised criticized condemned condemns praised praises thanked congratulated".split(),
        frozenset({"as", "for"}),
    ),
}
REPORTING = SAY | ACTS.keys() | JUDGING.keys()
# These report before their subject, behind what is said.
SAYS_BEHIND = frozenset(
    "said says added adds replied replies answered asked wrote explained insisted argued warned "
    "joked quipped continued recalled noted declared announced commented remarked shouted cried "
    "claimed stated say".split()
)
# These report with "by": "was described by X as".
PASSIVELY = frozenset(
    "described called put labelled branded accused blamed criticised criticized condemned praised "
    "welcomed hailed dismissed rejected denied warned told".split()
)

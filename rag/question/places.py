"""Names of countries, territories and a few capitals, in lower case: what is surely a place."""

from __future__ import annotations

PLACES = frozenset(
    name.strip()
    for name in """
    afghanistan, africa, albania, aleppo, algeria, america, andorra, angola, ankara, antarctica,
    argentina, armenia, asia, athens, australia, austria, azerbaijan, baghdad, bahrain, bangladesh,
    barbados, beijing, beirut, belarus, belgium, belize, benin, berlin, bhutan, bolivia, bosnia,
    botswana, brazil, britain, brunei, brussels, bulgaria, burkina faso, burundi, cairo, cambodia,
    cameroon, canada, cape verde, caracas, catalonia, chad, chechnya, chile, china, colombia,
    comoros, congo, costa rica, crimea, croatia, cuba, cyprus, czechia, czech republic, damascus,
    darfur, delhi, denmark, dhaka, djibouti, doha, dominica, dominican republic, dr congo, dublin,
    east timor, ecuador, egypt, el salvador, england, equatorial guinea, eritrea, estonia, eswatini,
    ethiopia, europe, fiji, finland, france, gabon, gambia, gaza, geneva, georgia, germany, ghana,
    greece, greenland, grenada, guatemala, guinea, guinea-bissau, guyana, haiti, hanoi, honduras,
    hong kong, hungary, iceland, india, indonesia, iran, iraq, ireland, islamabad, israel, istanbul,
    italy, ivory coast, jakarta, jamaica, japan, jerusalem, jordan, kabul, kashmir, kazakhstan,
    kenya, khartoum, kiribati, kosovo, kuwait, kyiv, kyrgyzstan, laos, latvia, lebanon, lesotho,
    liberia, libya, liechtenstein, lisbon, lithuania, london, luxembourg, macedonia, madagascar,
    madrid, malawi, malaysia, maldives, mali, malta, manila, mauritania, mauritius, mexico,
    micronesia, moldova, monaco, mongolia, montenegro, morocco, moscow, mozambique, myanmar,
    nairobi, namibia, nauru, nepal, netherlands, new york, new zealand, nicaragua, niger, nigeria,
    north korea, north macedonia, northern ireland, norway, oman, pakistan, palau, palestine,
    panama, papua new guinea, paraguay, paris, peru, philippines, poland, portugal, puerto rico,
    qatar, riyadh, romania, rome, russia, rwanda, samoa, san marino, saudi arabia, scotland,
    senegal, seoul, serbia, seychelles, sierra leone, singapore, slovakia, slovenia, somalia,
    south africa, south korea, south sudan, spain, sri lanka, sudan, suriname, sweden, switzerland,
    syria, taiwan, tajikistan, tanzania, tehran, tel aviv, thailand, tibet, tigray, togo, tokyo,
    tonga, trinidad and tobago, tripoli, tunis, tunisia, turkey, turkmenistan, tuvalu, türkiye,
    uganda, uk, ukraine, united arab emirates, united kingdom, united states, uruguay, us, usa,
    uzbekistan, vanuatu, vatican, venezuela, vienna, vietnam, wales, warsaw, washington, west bank,
    xinjiang, yemen, zambia, zimbabwe
    """.split(",")
)

// Makes what Gradio shows as text into controls: chips, numbers of citations; and names all of it.
"use strict";

(() => {
  const name = (node, names) => {
    for (const [key, value] of Object.entries(names))
      if (node.getAttribute(key) !== value) node.setAttribute(key, value);
  };
  const nameAll = (selector, names) => {
    for (const node of document.querySelectorAll(selector)) name(node, names);
  };

  // What scrolls within itself must be reached by keyboard.
  const SCROLLED = [
    [":is(#article, #quote-article)", "Article"],
    ["#passages", "Passages considered"],
    ["#report", "Report of the last build"],
  ];

  // Gradio reads a message's Markdown source aloud; its text is inside anyway.
  const nameParts = () => {
    nameAll('#chat [data-testid="user"]', { "aria-label": "Question" });
    nameAll('#chat [data-testid="bot"]', { "aria-label": "Answer" });
    // Gradio calls the examples a list, and gives it buttons for items.
    nameAll("#chat .examples", { role: "group", "aria-label": "Example questions" });
    const key = (letter) => ({ "aria-keyshortcuts": window.keysAreOn() ? letter : "" });
    nameAll("#question textarea", { "aria-label": "Question", ...key("/") });
    nameAll("#question [data-testid=stop-button]", { "aria-keyshortcuts": "Escape", title: "Esc" });
    nameAll("#next", { "aria-label": "Next source", ...key("j") });
    nameAll("#previous", { "aria-label": "Previous source", ...key("k") });
    nameAll("#article-head", { "aria-live": "polite" });
    for (const [box, label] of SCROLLED)
      nameAll(box, { role: "region", "aria-label": label, tabindex: "0" });
    nameAll(":is(#chat, #progress) progress", { "aria-label": "Progress" });
    for (const sources of document.querySelectorAll("#sources"))
      name(sources, { "aria-label": sources.querySelector("[data-testid=block-info]").textContent });
    nameAll("#chat kbd", { role: "button", tabindex: "0" });
    for (const number of document.querySelectorAll(":is(#chat, #passages) sup"))
      name(number, {
        role: "button",
        tabindex: "0",
        "aria-label": `Show source ${number.textContent} in its article`,
      });
  };

  // A chip above an answer opens the control that changes what it tells.
  let wanted = null;
  const openControl = (chip) => {
    const label = document.querySelector("#understood .label-wrap");
    if (!label) return;
    if (!label.classList.contains("open")) label.click();
    const changes = chip.querySelector("time") ? "dates" : chip.querySelector("cite") && "carried";
    wanted = changes ? `#${changes} :is(input, textarea)` : "#kind input:checked";
    requestAnimationFrame(focusControl);
  };
  const focusControl = () => {
    const control = wanted && document.querySelector(wanted);
    if (!control?.offsetParent) return;
    wanted = null;
    control.focus();
  };

  // The number of a citation opens its article: a hidden box hands over which answer (0 for the one
  // that is shown) and which citation.
  const openCitation = (number) => {
    const answers = [...document.querySelectorAll("#chat .bot-row")];
    const answer = answers.findIndex((row) => row.contains(number));
    window.handOver("#wanted", `${answer + 1} ${number.textContent}`);
    showPanel();
  };
  // Where the article stands below the conversation, it comes into view.
  const showPanel = () => {
    const panel = document.getElementById("evidence");
    const { top } = panel.getBoundingClientRect();
    const below = top > document.getElementById("chat").getBoundingClientRect().top + 8;
    if (below) panel.scrollIntoView({ block: "start" });
  };

  document.addEventListener(
    "click",
    (event) => {
      const number = event.target.closest(":is(#chat, #passages) sup");
      const chip = event.target.closest("#chat kbd");
      if (number) {
        // Gradio would take it for a click on the whole message.
        event.stopPropagation();
        openCitation(number);
      } else if (chip) openControl(chip);
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    const control = event.target.closest(":is(#chat, #passages) :is(kbd, sup)");
    if (!control || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    control.click();
  });

  const settle = () => {
    nameParts();
    focusControl();
  };
  document.addEventListener("DOMContentLoaded", () =>
    new MutationObserver(() => requestAnimationFrame(settle)).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    }),
  );
})();

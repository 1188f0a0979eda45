// Keeps the questions of this tab over a reload: what the server writes into a hidden box is stored,
// and handed back once the page is there again. Answers are never stored: they are asked for again.
"use strict";

(() => {
  const KEY = "dateline-questions";
  const PARTS = ["chat", "question", "understood", "sources", "next", "article", "considered"];
  let stored = null;
  let ready = false;

  const handBack = () => {
    ready = PARTS.every((part) => document.getElementById(part));
    if (!ready) return;
    stored = sessionStorage.getItem(KEY) ?? "";
    // A quotation that the address links to would be covered by the last answer.
    const linked = new URLSearchParams(location.search).has("quote");
    if (stored && !linked) setTimeout(() => window.handOver("#kept", stored), 0);
  };
  const store = (box) => {
    if (!box.value || box.value === stored) return;
    stored = box.value;
    if (location.search) history.replaceState(null, "", location.pathname);
    sessionStorage.setItem(KEY, stored);
  };
  const settle = () => {
    const box = document.querySelector("#kept textarea");
    if (box) (ready ? store : handBack)(box);
  };
  document.addEventListener("DOMContentLoaded", () =>
    new MutationObserver(() => requestAnimationFrame(settle)).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    }),
  );
})();

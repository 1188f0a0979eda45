// Runs before Gradio: tells it that the page is an app, and later scrolls to what is new.
"use strict";

window.__gradio_mode__ = "app";
window.gradio_api_info = { named_endpoints: {}, unnamed_endpoints: {} };

// Gives the server a text through a hidden box, as if it was typed there and sent with Enter.
window.handOver = (selector, text) => {
  const box = document.querySelector(`${selector} textarea`);
  if (!box) return;
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
};

(() => {
  const ARTICLES = ["article", "quote-article"];
  const shown = {};
  const watched = {};

  // A quotation that was not there before, or has moved, is brought into view inside its own box.
  const scrollToQuotation = (id) => {
    const article = document.getElementById(id);
    const mark = article && article.querySelector(".highlighted .text");
    const line = mark && mark.getClientRects()[0];
    if (!line) return;
    const now = [article.textContent, mark.textContent, mark.offsetTop, article.clientHeight].join();
    if (now === shown[id]) return;
    shown[id] = now;
    article.scrollTop += line.top - article.getBoundingClientRect().top - article.clientHeight / 4;
    const chosen = document.querySelector("#sources label.selected");
    if (chosen) showInside(chosen, chosen.parentElement);
  };
  const showInside = (node, box) => {
    const inner = node.getBoundingClientRect();
    const outer = box.getBoundingClientRect();
    if (inner.top < outer.top) box.scrollTop += inner.top - outer.top;
    if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
  };

  // A new question moves to the top of what is seen, so that its answer begins in view, unless
  // the reader scrolls meanwhile.
  let asked = 0;
  let unanswered = false;
  const showNewest = () => {
    const questions = document.querySelectorAll("#chat .user-row");
    unanswered ||= questions.length > asked;
    asked = questions.length;
    if (!unanswered || !asked) return;
    const chat = document.querySelector("#chat .panel-wrap");
    unanswered = chat.querySelector("progress") !== null;
    const scrolls = chat.scrollHeight > chat.clientHeight + 1;
    const box = scrolls ? chat : document.scrollingElement;
    const top = scrolls ? chat.getBoundingClientRect().top : 0;
    box.scrollTop += questions[asked - 1].getBoundingClientRect().top - top;
  };
  for (const scrolled of ["wheel", "touchmove"])
    document.addEventListener(scrolled, () => (unanswered = false), { passive: true });

  const resized = new ResizeObserver(() => ARTICLES.forEach(scrollToQuotation));
  const settle = () => {
    for (const id of ARTICLES) {
      const article = document.getElementById(id);
      if (article !== watched[id]) {
        if (watched[id]) resized.unobserve(watched[id]);
        if (article) resized.observe(article);
        watched[id] = article;
      }
      scrollToQuotation(id);
    }
    showNewest();
  };
  document.addEventListener("DOMContentLoaded", () =>
    new MutationObserver(() => requestAnimationFrame(settle)).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    }),
  );
})();

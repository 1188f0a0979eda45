// Runs before Gradio: tells it that the page is an app, and later scrolls to each quotation.
"use strict";

window.__gradio_mode__ = "app";
window.gradio_api_info = { named_endpoints: {}, unnamed_endpoints: {} };

(() => {
  let shown = null;
  let watched = null;

  // A quotation that was not there before, or has moved, is brought into view inside its own box.
  const scrollToQuotation = () => {
    const article = document.getElementById("article");
    const mark = article && article.querySelector(".highlighted .text");
    const line = mark && mark.getClientRects()[0];
    if (!line) return;
    const now = [article.textContent, mark.textContent, mark.offsetTop, article.clientHeight].join();
    if (now === shown) return;
    shown = now;
    article.scrollTop += line.top - article.getBoundingClientRect().top - article.clientHeight / 4;
  };

  // Gradio reads a message's Markdown source aloud; its text is inside anyway.
  const nameMessages = () => {
    for (const [who, name] of [["user", "Question"], ["bot", "Answer"]])
      for (const message of document.querySelectorAll(`#chat [data-testid="${who}"]`))
        if (message.getAttribute("aria-label") !== name) message.setAttribute("aria-label", name);
  };

  const resized = new ResizeObserver(() => scrollToQuotation());
  const settle = () => {
    const article = document.getElementById("article");
    if (article !== watched) {
      resized.disconnect();
      if (article) resized.observe(article);
      watched = article;
    }
    scrollToQuotation();
    nameMessages();
  };
  document.addEventListener("DOMContentLoaded", () =>
    new MutationObserver(() => requestAnimationFrame(settle)).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    }),
  );

  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = document.querySelector("#question textarea");
    if (!box) return;
    event.preventDefault();
    box.focus();
  });
})();

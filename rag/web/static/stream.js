// Gradio asks for an event in one request and hears of it in another, a stream that the server ends
// when nothing is left to tell. Its client takes a stream that is about to end for an open one, so
// that an event asked for at that moment is never heard of: a key pressed, and nothing happens.
// Here the reply to the request is held back until a stream tells of the event, or none is open;
// and no stream is opened to hear of events that are complete. An event that is refused, since there
// are too many at this moment, is asked for again a little later.
"use strict";

(() => {
  const fetched = window.fetch.bind(window);
  const TOLD = /"msg":\s*"(\w+)",\s*"event_id":\s*"([^"]+)"/g;
  const NOTHING_LEFT = 'data: {"msg":"close_stream","event_id":null}\n\n';
  const REMEMBERED = 500;
  const TOO_MANY = [429, 503];
  const PAUSES_MS = [500, 1000, 2000, 4000];
  const told = new Map(); // event -> whether it is complete
  const waiting = new Map(); // event -> what goes on when it is heard of
  const unfinished = new Set();
  let open = 0;

  const tell = (event, message) => {
    const complete = told.get(event) || message === "process_completed";
    told.delete(event);
    told.set(event, complete);
    if (told.size > REMEMBERED) told.delete(told.keys().next().value);
    if (complete) unfinished.delete(event);
    waiting.get(event)?.();
    waiting.delete(event);
  };
  const hears = (event) =>
    new Promise((hear) => (open && !told.has(event) ? waiting.set(event, hear) : hear()));
  const end = () => {
    open -= 1;
    if (open) return;
    for (const hear of waiting.values()) hear();
    waiting.clear();
  };

  const listen = async (body) => {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        text = text.slice(-200) + part.value;
        for (const [, message, event] of text.matchAll(TOLD)) tell(event, message);
      }
    } catch {
      // The client has ended the stream.
    } finally {
      end();
    }
  };
  const follow = async (...request) => {
    if (!unfinished.size) return new Response(NOTHING_LEFT);
    open += 1;
    try {
      const response = await fetched(...request);
      const [ours, theirs] = response.body.tee();
      listen(ours);
      return new Response(theirs, response);
    } catch (error) {
      end();
      throw error;
    }
  };
  const insist = async (...request) => {
    let response = await fetched(...request);
    for (const pause of PAUSES_MS) {
      if (!TOO_MANY.includes(response.status)) break;
      await new Promise((go) => setTimeout(go, pause));
      response = await fetched(...request);
    }
    return response;
  };
  const join = async (...request) => {
    const response = await insist(...request);
    const event = response.ok && (await response.clone().json()).event_id;
    if (!event) return response;
    if (!told.get(event)) unfinished.add(event);
    await hears(event);
    return response;
  };

  window.fetch = (...request) => {
    const { pathname } = new URL(request[0].url ?? request[0], location.href);
    if (pathname.endsWith("/queue/data")) return follow(...request);
    return pathname.endsWith("/queue/join") ? join(...request) : fetched(...request);
  };
})();

// Live updates: one tab waits for changes and passes them to the others.
//
// A browser opens six connections to a host. So the tab that holds the lock waits, and all tabs
// refresh what they show when it broadcasts a change.

import { control } from "./api.js";

const WAIT_SECONDS = 25;
const RETRY_MS = 1000;
const BUSY_MS = 2000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Call `onEvent` with "change", "down" and "up" until the page is closed.
export function watch(namespace, onEvent) {
  const name = `leadway-${namespace ?? "shared"}`;
  const channel = new BroadcastChannel(name);
  channel.addEventListener("message", (event) => onEvent(event.data));
  const notify = (event) => {
    onEvent(event);
    channel.postMessage(event);
  };
  // Only pages of this machine have locks; without them, each tab waits by itself.
  if (navigator.locks) navigator.locks.request(name, () => poll(notify));
  else poll(notify);
  return notify;
}

async function poll(notify) {
  let cursor = "";
  let isDown = false;
  for (;;) {
    try {
      const path = `/changes?after=${encodeURIComponent(cursor)}&timeout=${WAIT_SECONDS}`;
      cursor = (await control("GET", path)).cursor;
      if (isDown) notify("up");
      isDown = false;
      notify("change");
    } catch (error) {
      const isBusy = error.status !== undefined;
      if (!isBusy && !isDown) notify("down");
      isDown = !isBusy;
      cursor = "";
      await pause(isBusy ? BUSY_MS : RETRY_MS);
      if (isBusy) notify("change");
    }
  }
}

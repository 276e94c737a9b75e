// In the browser: noVNC on the WebSocket that the page's address names.

import RFB from "@novnc/novnc";

const status = document.getElementById("status")!;
const screen = document.getElementById("screen")!;
const query = new URLSearchParams(location.search);

/** `?path=?token=X` names the socket's path, from the host's root on; `?token=X` is for the customary one, beside the page. */
function socketUrl(): string {
  const token = query.get("token");
  const path = query.get("path");
  const beside = token === null ? "websockify" : `websockify?token=${token}`;
  const url = new URL(path === null ? beside : `/${path.replace(/^\//, "")}`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

const rfb = new RFB(screen, socketUrl(), { wsProtocols: ["binary"] });
rfb.scaleViewport = true;
rfb.addEventListener("connect", () => {
  document.body.dataset["state"] = "connected";
  status.textContent = `Connected to ${document.title}`;
  rfb.focus();
});
rfb.addEventListener("desktopname", (event) => {
  document.title = event.detail.name;
  status.textContent = `Connected to ${event.detail.name}`;
});
rfb.addEventListener("disconnect", (event) => {
  document.body.dataset["state"] = "disconnected";
  status.textContent = event.detail.clean
    ? "Disconnected"
    : "The connection was closed: the address may be used up, ask for another";
});
document.getElementById("cad")!.addEventListener("click", () => rfb.sendCtrlAltDel());

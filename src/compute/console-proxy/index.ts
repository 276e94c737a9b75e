// nova-novncproxy and nova-serialproxy in one: the page with a guest's screen, and the WebSockets behind it.

import type { Service, ServiceDeclaration } from "../../core/service.ts";
import { novaSection } from "../config.ts";
import { flavorSection, quotaSection, serviceSection } from "../config-periphery.ts";
import { migrations } from "../migrations/index.ts";
import { Nova } from "../nova.ts";
import { pageApp } from "./pages.ts";
import { ConsoleProxy } from "./proxy.ts";

export const consoleProxy: ServiceDeclaration = {
  window: "n-novnc",
  program: "nova-novncproxy",
  project: "nova",
  summary: "Screens and serial lines of the servers, in a browser",
  // 6083 is nova-serialproxy's.
  ports: [6080, 6083],
  mount: "/novnc",
  // Clients that know noVNC's customary path and no other.
  sharedPaths: ["/websockify"],
  requires: [],
  sections: [novaSection, flavorSection, quotaSection, serviceSection],
  migrations,
  logFile: "nova/nova-novncproxy.log",
  create(context): Service {
    let proxy: ConsoleProxy | null = null;
    const service: Service = {
      async start() {
        // The bus's table must be there before the server's statements are prepared.
        void context.bus;
        const made = new ConsoleProxy(new Nova(context), context.log.child("nova.console.websocketproxy"));
        proxy = made;
        service.app = { ...pageApp(), upgrade: (request) => made.upgrade(request) };
      },
      async stop() {
        proxy?.stop();
        proxy = null;
      },
    };
    return service;
  },
};

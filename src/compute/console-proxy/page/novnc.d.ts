/** What of noVNC the page uses (docs/API.md of the package). */
declare module "@novnc/novnc" {
  interface Events {
    connect: CustomEvent<Record<string, never>>;
    disconnect: CustomEvent<{ clean: boolean }>;
    desktopname: CustomEvent<{ name: string }>;
  }

  export default class RFB {
    constructor(target: Element, url: string, options?: { wsProtocols?: string[] });
    scaleViewport: boolean;
    addEventListener<E extends keyof Events>(type: E, listener: (event: Events[E]) => void): void;
    focus(): void;
    sendCtrlAltDel(): void;
  }
}

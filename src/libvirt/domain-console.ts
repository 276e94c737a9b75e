// A domain's screen, keyboard and serial lines.

import type { Rpc } from "./host.ts";
import * as p from "./procedures.gen.ts";
import type { CallOptions } from "./rpc.ts";
import type { LibvirtStream } from "./stream.ts";

export interface Screenshot {
  /** `image/x-portable-pixmap` or `image/png`. */
  readonly mime: string;
  readonly data: Uint8Array;
}

/** A pixmap of 3840 × 2160 has 24 MiB. */
const screenshotMax = 64 * 1024 * 1024;

export function domainConsoleCalls(rpc: Rpc) {
  return {
    /** VIR_ERR_OPERATION_INVALID or …_UNSUPPORTED when it does not run or has no screen. */
    async domainScreenshot(dom: p.Domain, screen = 0, flags = 0, options?: CallOptions): Promise<Screenshot> {
      const { ret, stream } = await rpc.openStream(p.domainScreenshot, { dom, screen, flags }, options);
      return { mime: ret.mime ?? "", data: await stream.readAll(screenshotMax) };
    },

    /**
     * A running domain's serial console, both ways; only what comes from now on. devName: the alias in the XML, null is the
     * first. flags: virDomainConsoleFlags; without …_FORCE it fails when somebody else has it open.
     */
    async domainOpenConsole(
      dom: p.Domain,
      devName: string | null = null,
      flags = 0,
      options?: CallOptions,
    ): Promise<LibvirtStream> {
      return (await rpc.openStream(p.domainOpenConsole, { dom, devName, flags }, options)).stream;
    },

    /** As domainOpenConsole for a `<channel>`, by the name of its target. flags: virDomainChannelFlags. */
    async domainOpenChannel(
      dom: p.Domain,
      name: string | null = null,
      flags = 0,
      options?: CallOptions,
    ): Promise<LibvirtStream> {
      return (await rpc.openStream(p.domainOpenChannel, { dom, name, flags }, options)).stream;
    },

    /** Up to 16 keys, pressed together. codeset: virKeycodeSet; holdtime: milliseconds. */
    async domainSendKey(
      dom: p.Domain,
      codeset: number,
      holdtime: number,
      keycodes: readonly number[],
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSendKey, { dom, codeset, holdtime, keycodes, flags }, options);
    },
  };
}

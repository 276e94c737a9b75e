// Docker's events as the contract's. When the daemon goes away the guests may have too: all are told of when it is back.

import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { messageOf } from "../../../core/errors.ts";
import type { LifecycleEvent } from "../driver.ts";
import { ASIDE, type DockerHost, LABELS } from "./host.ts";
import { list } from "./spawn.ts";

const RETRY_MS = 2000;

const KINDS: Readonly<Record<string, LifecycleEvent["kind"]>> = {
  start: "started",
  die: "stopped",
  pause: "paused",
  unpause: "resumed",
  destroy: "undefined",
};

interface DockerEvent {
  Action: string;
  Actor: { Attributes: Record<string, string> };
}

export class Events {
  #host: DockerHost;
  #emit: (event: LifecycleEvent) => void;
  #end: AbortController | null = null;
  #stream: Readable | null = null;

  constructor(host: DockerHost, emit: (event: LifecycleEvent) => void) {
    this.#host = host;
    this.#emit = emit;
  }

  /** Returns when events are heard. */
  async start(): Promise<void> {
    if (this.#end) return;
    this.#end = new AbortController();
    this.#read(await this.#open(), this.#end.signal);
  }

  close(): void {
    this.#end?.abort();
    this.#end = null;
    this.#stream?.destroy();
    this.#stream = null;
  }

  async #open(): Promise<Readable> {
    const options: Dockerode.GetEventsOptions = {
      filters: { type: ["container"], label: [`${LABELS.cloud}=${this.#host.cloudId}`] },
    };
    return (await this.#host.docker.getEvents(options)) as Readable;
  }

  #read(stream: Readable, signal: AbortSignal): void {
    this.#stream = stream;
    let rest = "";
    stream.on("data", (piece: Buffer) => {
      const lines = (rest + piece.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") this.#tell(line);
    });
    // Its error is followed by its end.
    stream.on("error", (error) => this.#host.log.debug(null, `docker's events: ${error.message}`));
    stream.on("close", () => void this.#again(signal));
  }

  async #again(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#host.clock.sleep(RETRY_MS, signal);
        const stream = await this.#open();
        if (signal.aborted) {
          stream.destroy();
          return;
        }
        this.#read(stream, signal);
        await this.#tellAll();
        return;
      } catch (error) {
        if (!signal.aborted) this.#host.log.debug(null, `docker's events: ${messageOf(error)}`);
      }
    }
  }

  #tell(line: string): void {
    const { Action, Actor } = JSON.parse(line) as DockerEvent;
    const kind = KINDS[Action];
    const { [LABELS.uuid]: uuid, [LABELS.name]: name, name: container = "" } = Actor.Attributes;
    if (!kind || !uuid || !name || container.endsWith(ASIDE) || this.#host.isInHand(uuid)) return;
    this.#emit({ guest: { uuid, name }, kind, atMs: this.#host.clock.now() });
  }

  async #tellAll(): Promise<void> {
    for (const { uuid, name, powerState } of await list(this.#host)) {
      const kind = powerState === "running" ? "started" : powerState === "paused" ? "paused" : "stopped";
      if (!this.#host.isInHand(uuid)) {
        this.#emit({ guest: { uuid, name }, kind, atMs: this.#host.clock.now() });
      }
    }
  }
}

// Answers to server lists, kept while nothing they were made from has changed. Dashboards and `openstack server list`
// ask for the same pages over and over.

import type { Call } from "../../http/call.ts";
import type { Nova } from "../nova.ts";
import { networkStamp } from "../servers/network-info.ts";
import type { Visibility } from "./server-views.ts";

const MAX_ANSWERS = 64;
const MAX_ANSWER_BYTES = 1_048_576;
/** A host that stops to report goes down without anything being written; its status may be this late, milliseconds. */
const MAX_AGE_MS = 1000;

interface Answer {
  compute: number;
  network: number;
  untilMs: number;
  body: Uint8Array;
}

export class ListCache {
  #nova: Nova;
  #answers = new Map<string, Answer>();
  #encoder = new TextEncoder();

  constructor(nova: Nova) {
    this.#nova = nova;
  }

  /** The body of the answer to this call: from memory, or what `make` returns, as JSON. */
  body(call: Call, visible: Visibility | null, make: () => unknown): Uint8Array {
    const key = keyOf(call, visible);
    const compute = this.#nova.store.db.stamp();
    const network = networkStamp(this.#nova);
    const nowMs = this.#nova.now();
    const known = this.#answers.get(key);
    this.#answers.delete(key);
    if (known && known.compute === compute && known.network === network && nowMs < known.untilMs) {
      this.#answers.set(key, known);
      return known.body;
    }
    const body = this.#encoder.encode(JSON.stringify(make()));
    if (body.length > MAX_ANSWER_BYTES) return body;
    this.#answers.set(key, { compute, network, untilMs: nowMs + MAX_AGE_MS, body });
    if (this.#answers.size > MAX_ANSWERS) {
      const [oldest] = this.#answers.keys();
      if (oldest !== undefined) this.#answers.delete(oldest);
    }
    return body;
  }
}

/** Everything in the request that shows in the answer. */
function keyOf(call: Call, visible: Visibility | null): string {
  const { projectId, userId, isAdmin } = call.context;
  return JSON.stringify([
    call.baseUrl,
    call.path,
    call.queryText,
    call.minor,
    projectId,
    userId,
    isAdmin,
    visible,
  ]);
}

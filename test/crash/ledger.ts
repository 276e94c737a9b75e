// What a cloud was asked and what it acknowledged, over all its lives: what the audit holds it to.

export class Ledger {
  /** Acknowledged, by id. */
  readonly servers = new Set<string>();
  readonly volumes = new Set<string>();
  /** Images of servers: image → server. */
  readonly snapshots = new Map<string, string>();
  /** May be gone: asked for, the answer perhaps never came, or gone with its server. */
  readonly mayGo = new Set<string>();
  /** Must be gone: acknowledged. */
  readonly mustGo = new Set<string>();
  /** Answers that no client should ever get. */
  readonly defects: string[] = [];
  /** Answers, as `operation status` → how many. */
  readonly answers = new Map<string, number>();
  #expected = new Map<string, readonly string[]>();
  #asking = new Map<string, Asking>();

  /** Notes an answer to an operation. True when it was acknowledged. */
  async answered(operation: string, answer: Response): Promise<boolean> {
    const key = `${operation} ${answer.status}`;
    this.answers.set(key, (this.answers.get(key) ?? 0) + 1);
    if (answer.status >= 500) this.defects.push(`${key}: ${await answer.text()}`);
    return answer.ok;
  }

  /**
   * A request that brings a server into another state, around its answer. Until that is there nobody knows the state; nor
   * afterwards when another request was under way at the same time, for nobody knows which came first.
   * @param states those it leads to once acknowledged
   * @param request resolves to whether it was
   */
  async change(serverId: string, states: readonly string[], request: () => Promise<boolean>): Promise<void> {
    let asking = this.#asking.get(serverId);
    if (asking) {
      asking.overlapped = true;
      asking.requests++;
    } else {
      asking = { requests: 1, overlapped: false };
      this.#asking.set(serverId, asking);
    }
    const before = this.#expected.get(serverId);
    this.#expected.delete(serverId);
    const acknowledged = await request();
    if (--asking.requests === 0) this.#asking.delete(serverId);
    if (asking.overlapped) return;
    if (acknowledged) this.#expected.set(serverId, states);
    else if (before) this.#expected.set(serverId, before);
  }

  /** The statuses one of which the server must come to; undefined when that is not known. */
  expected(serverId: string): readonly string[] | undefined {
    return this.#expected.get(serverId);
  }

  /** The cloud was killed: answers that have not come never will. */
  killed(): void {
    this.#asking.clear();
  }

  toString(): string {
    return [...this.answers]
      .sort()
      .map(([answer, count]) => `${answer} × ${count}`)
      .join(", ");
  }
}

interface Asking {
  requests: number;
  overlapped: boolean;
}

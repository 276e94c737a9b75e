// The message broker taken away on purpose, for drills: nothing is delivered, and the services that talk over the bus say
// so in their logs as the clients of RabbitMQ do (nova/openstack/common/rpc/impl_kombu.py of Folsom, `reconnect`).

import type { Clock } from "./core/clock.ts";
import type { Logger } from "./core/log.ts";

export interface BusClient {
  /** `nova` */
  project: string;
  log: Logger;
}

export interface BusOutageOptions {
  clock: Clock;
  hold(held: boolean): void;
  /** The services that talk over the bus and run at the moment. */
  clients(): readonly BusClient[];
}

const BROKER = "localhost:5672";
/** kombu's `rabbit_retry_interval`, `rabbit_retry_backoff` and the limit, in seconds. */
const FIRST_WAIT = 1;
const MORE_EACH_TIME = 2;
const LONGEST_WAIT = 30;

export class BusOutage {
  #options: BusOutageOptions;
  #over: AbortController | null = null;

  constructor(options: BusOutageOptions) {
    this.#options = options;
  }

  get down(): boolean {
    return this.#over !== null;
  }

  /** May be called twice. */
  begin(): void {
    if (this.#over) return;
    this.#over = new AbortController();
    this.#options.hold(true);
    void this.#retry(this.#over.signal);
  }

  /** What has waited is delivered now. May be called twice. */
  end(): void {
    if (!this.#over) return;
    this.stop();
    this.#options.hold(false);
    this.#tell((log) => log.info(null, `Connected to AMQP server on ${BROKER}`));
  }

  /** Nothing more is written. */
  stop(): void {
    this.#over?.abort();
    this.#over = null;
  }

  async #retry(over: AbortSignal): Promise<void> {
    for (let wait = FIRST_WAIT; !over.aborted; wait = Math.min(LONGEST_WAIT, wait + MORE_EACH_TIME)) {
      this.#tell((log) =>
        log.error(
          null,
          `AMQP server on ${BROKER} is unreachable: [Errno 111] ECONNREFUSED. Trying again in ${wait} seconds.`,
        ),
      );
      await this.#options.clock.sleep(wait * 1000, over).catch(() => {}); // aborted: it is over
    }
  }

  #tell(write: (log: Logger) => void): void {
    for (const { project, log } of this.#options.clients())
      write(log.child(`${project}.openstack.common.rpc.common`));
  }
}

// A connection to one libvirt daemon, with every call under libvirt's own name.
// What it speaks: libvirt's RPC (procedures.gen.ts) over unix socket, TCP, TLS or ssh. Authentication: none, and polkit
// where the daemon asks (root is let in without). No SASL. Reconnecting is the caller's business: wait for `closed`.
// The order of the opening calls is that of libvirt 9.0.0, src/remote/remote_driver.c (doRemoteOpen).

import { VIR_DRV_FEATURE_PROGRAM_KEEPALIVE } from "./constants.gen.ts";
import { domainCalls } from "./domain.ts";
import { domainBlockCalls } from "./domain-block.ts";
import { domainConsoleCalls } from "./domain-console.ts";
import { domainDeviceCalls } from "./domain-devices.ts";
import { domainInfoCalls } from "./domain-info.ts";
import { domainSaveCalls } from "./domain-save.ts";
import { CallTimeoutError, ConnectError, ConnectionClosedError } from "./errors.ts";
import type { EventQueue } from "./event-queue.ts";
import {
  type DomainEvent,
  type DomainEventKind,
  type DomainEventOptions,
  DomainEventRegistry,
} from "./events.ts";
import { guestCalls } from "./guest.ts";
import { hostCalls } from "./host.ts";
import { migrationCalls } from "./migration.ts";
import * as p from "./procedures.gen.ts";
import { resourceCalls } from "./resources.ts";
import { RpcClient, type RpcOptions } from "./rpc.ts";
import { transportTo } from "./socket.ts";
import { realTimers } from "./timers.ts";
import { parseUri, type UriEnvironment } from "./uri.ts";

export interface ConnectOptions extends Partial<RpcOptions> {
  /** For connecting, and for each of the opening calls; by default 10,000. */
  readonly connectTimeoutMs?: number;
  /** VIR_CONNECT_RO gives a connection that cannot change anything. */
  readonly flags?: number;
  /** Where a session daemon's socket is; by default the process's environment. */
  readonly environment?: UriEnvironment;
}

export interface ConnectionBase {
  /** As given to connect(). */
  readonly uri: string;
  /** Resolves, with the reason, when the connection is gone, whoever ended it. It never rejects. */
  readonly closed: Promise<ConnectionClosedError>;
  readonly isClosed: boolean;
  /** Says goodbye and closes; what is pending rejects with `requested: true`. Never throws; may be called twice. */
  close(): Promise<void>;
  /**
   * Registers for events of these kinds and answers a queue for a `for await` loop; `close()` on it, or leaving the
   * loop, deregisters. One queue keeps the order between kinds. (virConnectDomainEventRegisterAny)
   */
  connectDomainEventRegisterAny<K extends DomainEventKind>(
    kinds: readonly K[],
    options?: DomainEventOptions,
  ): Promise<EventQueue<DomainEvent<K>>>;
}

export type Connection = ConnectionBase & ReturnType<typeof allCalls>;

function allCalls(rpc: RpcClient) {
  return {
    ...hostCalls(rpc),
    ...domainCalls(rpc),
    ...domainInfoCalls(rpc),
    ...domainDeviceCalls(rpc),
    ...domainBlockCalls(rpc),
    ...domainSaveCalls(rpc),
    ...domainConsoleCalls(rpc),
    ...guestCalls(rpc),
    ...migrationCalls(rpc),
    ...resourceCalls(rpc),
  };
}

/** enum remote_auth_type in src/remote/remote_protocol.x. */
const authTypes = ["none", "sasl", "polkit"];

/** How long close() waits for the daemon's goodbye. */
const goodbyeMs = 1000;

/**
 * Connects and opens: `connect("qemu:///system")`. Throws LibvirtUriError, ConnectError (nobody there, no answer, SASL
 * wanted), or LibvirtError (the daemon does not open this URI, polkit says no); nothing is left open then.
 */
export async function connect(uri: string, options: ConnectOptions = {}): Promise<Connection> {
  const { connectTimeoutMs = 10_000, flags = 0, environment = ownEnvironment(), ...given } = options;
  const { name, target } = parseUri(uri, environment);
  const rpcOptions: RpcOptions = {
    timers: realTimers,
    callTimeoutMs: 60_000,
    maxInFlight: 4,
    maxWaiting: 4096,
    maxStreamBytes: 16 * 1024 * 1024,
    keepalive: { intervalMs: 5000, count: 5 },
    ...given,
  };
  const rpc = await RpcClient.open(transportTo(target, rpcOptions.timers, connectTimeoutMs), rpcOptions);
  try {
    await open(rpc, name, flags, connectTimeoutMs);
  } catch (error) {
    rpc.close();
    if (error instanceof ConnectionClosedError || error instanceof CallTimeoutError) {
      throw new ConnectError(`${uri}: ${error.message}`, { cause: error });
    }
    throw error;
  }
  return assemble(uri, rpc);
}

function ownEnvironment(): UriEnvironment {
  const { XDG_RUNTIME_DIR, XDG_CACHE_HOME, HOME } = process.env;
  return { XDG_RUNTIME_DIR, XDG_CACHE_HOME, HOME };
}

async function open(rpc: RpcClient, name: string, flags: number, timeoutMs: number): Promise<void> {
  await authenticate(rpc, timeoutMs);
  // Asking also tells the daemon that this side answers its pings.
  const feature = { feature: VIR_DRV_FEATURE_PROGRAM_KEEPALIVE };
  const { supported } = await rpc.call(p.connectSupportsFeature, feature, { timeoutMs });
  if (supported !== 0) rpc.startKeepalive();
  await rpc.call(p.connectOpen, { name, flags }, { timeoutMs });
}

async function authenticate(rpc: RpcClient, timeoutMs: number): Promise<void> {
  const types = (await rpc.call(p.authList, undefined, { timeoutMs })).types.map(
    (type) => authTypes[type] ?? type,
  );
  if (types.length === 0 || types.includes("none")) return;
  if (!types.includes("polkit"))
    throw new ConnectError(`the daemon wants authentication by ${types.join(" or ")}`);
  await rpc.call(p.authPolkit, undefined, { timeoutMs });
}

function assemble(uri: string, rpc: RpcClient): Connection {
  const events = new DomainEventRegistry(rpc);
  return {
    uri,
    closed: rpc.closed,
    get isClosed() {
      return rpc.isClosed;
    },
    async close() {
      if (rpc.isClosed) return;
      rpc.expectClose();
      // A daemon that does not answer is left all the same.
      const answered = await rpc.call(p.connectClose, undefined, { timeoutMs: goodbyeMs }).then(
        () => true,
        () => false,
      );
      rpc.close(answered);
    },
    connectDomainEventRegisterAny: (kinds, options = {}) => events.register(kinds, options),
    ...allCalls(rpc),
  };
}

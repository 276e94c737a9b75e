// One simulated host as its verbs (power.ts, moves.ts, devices.ts) use it: its guests, and how long things take or fail.

import { fakeSection } from "../../config.ts";
import {
  type DriverContext,
  type DriverHost,
  GuestNotFound,
  GuestOperationFailed,
  type GuestRef,
  type GuestSpec,
} from "../driver.ts";
import { booted, trimmed } from "./guest.ts";
import { type Failures, type HostSize, sizeOf } from "./hosts.ts";
import { type FakeGuest, FakeWorld } from "./store.ts";

export class FakeHost {
  readonly name: string;
  readonly size: HostSize;
  readonly context: DriverContext;
  #failures: Failures;
  #latencyMs: number;
  #world: FakeWorld | null = null;

  constructor(context: DriverContext, host: DriverHost, failures: Failures) {
    this.name = host.name;
    this.size = sizeOf(host);
    this.context = context;
    this.#failures = failures;
    this.#latencyMs = context.config(fakeSection).FAKE_LATENCY_MS;
  }

  start(): void {
    this.#world ??= FakeWorld.open(this.context.instancesDir);
  }

  stop(): void {
    if (this.#world) FakeWorld.release(this.context.instancesDir);
    this.#world = null;
  }

  get running(): boolean {
    return this.#world !== null;
  }

  get world(): FakeWorld {
    if (!this.#world) throw new GuestOperationFailed(`Host ${this.name} is not running.`);
    return this.#world;
  }

  get(uuid: string): FakeGuest | null {
    return this.world.get(this.name, uuid);
  }

  /** @throws GuestNotFound */
  find(guest: GuestRef): FakeGuest {
    const found = this.get(guest.uuid);
    if (!found) throw new GuestNotFound(guest.uuid);
    return found;
  }

  put(guest: FakeGuest): void {
    this.world.put(guest);
  }

  /** With further lines on its console. */
  putTelling(guest: FakeGuest, ...lines: string[]): void {
    this.put({ ...guest, console: trimmed([...guest.console, ...lines]) });
  }

  remove(uuid: string): void {
    this.world.remove(this.name, uuid);
  }

  boot(guest: FakeGuest, spec: GuestSpec): void {
    this.put(booted(guest, spec, this.context.clock.now()));
  }

  /** Waits as long as an operation is set to take, or fails as it is set to. */
  async act(operation: string, signal?: AbortSignal): Promise<void> {
    if (this.#latencyMs > 0) await this.context.clock.sleep(this.#latencyMs, signal);
    signal?.throwIfAborted();
    if (this.#failures.strikes(operation, this.name)) {
      throw new GuestOperationFailed(`Simulated failure of ${operation} on ${this.name}`);
    }
  }
}

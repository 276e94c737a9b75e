// A builder file (`object.builder`): devices with their weights, and the assignment of partitions to them as it grows
// with every rebalance. Authority: swift/common/ring/builder.py, whose file is a Python pickle; this one is JSON.

import { type RingData, type RingDevice, RingError } from "./ring.ts";

export interface BuilderDevice extends RingDevice {
  /** Replicas of partitions that are on it. */
  parts: number;
}

/** What the file holds. */
export interface BuilderState {
  id: string | null;
  part_power: number;
  replicas: number;
  min_part_hours: number;
  overload: number;
  version: number;
  /** True when a device was added, changed or removed since the last rebalance. */
  devs_changed: boolean;
  devs: (BuilderDevice | null)[];
  /** Ids of devices that the next rebalance removes. */
  remove_devs: number[];
  /** One row for each replica; empty before the first rebalance. */
  replica2part2dev: number[][];
  /** Unix time of the last rebalance that moved something; 0: never. */
  last_moved_at: number;
}

/** Balance of a device that should have nothing and has something. */
export const MAX_BALANCE = 999.99;
const SECONDS_PER_HOUR = 3600;
const NOWHERE = -1;

export interface Rebalanced {
  parts: number;
  balance: number;
  removed: number;
}

export class RingBuilder {
  readonly state: BuilderState;

  constructor(state: BuilderState) {
    this.state = state;
  }

  /** @throws RingError */
  static create(partPower: number, replicas: number, minPartHours: number): RingBuilder {
    if (!Number.isInteger(partPower) || partPower < 0 || partPower > 32)
      throw new RingError(`part_power must be at most 32 (was ${partPower})`);
    if (!(replicas >= 1)) throw new RingError(`replicas must be at least 1 (was ${replicas})`);
    if (!Number.isInteger(minPartHours) || minPartHours < 0)
      throw new RingError(`min_part_hours must be non-negative (was ${minPartHours})`);
    return new RingBuilder({
      id: null,
      part_power: partPower,
      replicas,
      min_part_hours: minPartHours,
      overload: 0,
      version: 0,
      devs_changed: false,
      devs: [],
      remove_devs: [],
      replica2part2dev: [],
      last_moved_at: 0,
    });
  }

  get parts(): number {
    return 2 ** this.state.part_power;
  }

  get devices(): BuilderDevice[] {
    return this.state.devs.filter((device) => device !== null);
  }

  /** Devices in use; those that the next rebalance removes are none. */
  get #active(): BuilderDevice[] {
    return this.devices.filter(({ id, weight }) => weight > 0 && !this.state.remove_devs.includes(id));
  }

  /** Seconds until partitions may be moved again. */
  secondsLeft(nowSeconds: number): number {
    const { last_moved_at: at, min_part_hours: hours } = this.state;
    return at === 0 ? 0 : Math.max(0, Math.ceil(at + hours * SECONDS_PER_HOUR - nowSeconds));
  }

  pretendHoursPassed(): void {
    this.state.last_moved_at = 0;
  }

  add(device: Omit<RingDevice, "id">): BuilderDevice {
    const { devs } = this.state;
    const added = { ...device, id: devs.length, parts: 0 };
    devs.push(added);
    this.#changed();
    return added;
  }

  /** Takes effect with the next rebalance. */
  remove(id: number): void {
    const device = this.state.devs[id];
    if (!device) throw new RingError(`there is no device ${id}`);
    device.weight = 0;
    if (!this.state.remove_devs.includes(id)) this.state.remove_devs.push(id);
    this.#changed();
  }

  change(id: number, change: Partial<RingDevice>): void {
    const device = this.state.devs[id];
    if (!device) throw new RingError(`there is no device ${id}`);
    Object.assign(device, change);
    this.#changed();
  }

  #changed(): void {
    this.state.devs_changed = true;
    this.state.version++;
  }

  /** Replicas of partitions a device of this weight should have. */
  wanted(weight: number): number {
    const total = this.devices.reduce((sum, device) => sum + device.weight, 0);
    return total === 0 ? 0 : (weight / total) * this.parts * this.state.replicas;
  }

  balanceOf(device: BuilderDevice): number {
    if (device.weight === 0) return device.parts > 0 ? MAX_BALANCE : 0;
    return (100 * device.parts) / this.wanted(device.weight) - 100;
  }

  /** The worst device's, in percent. @throws RingError where there are no devices in use */
  balance(): number {
    if (this.devices.every(({ weight }) => weight === 0)) {
      throw new RingError("There are no devices in this ring, or all devices have been deleted");
    }
    return Math.max(0, ...this.devices.map((device) => Math.abs(this.balanceOf(device))));
  }

  /**
   * Share of partitions, in percent, that have more replicas in one zone than they need have; null before there are any.
   */
  dispersion(): number | null {
    const { replica2part2dev: rows, devs } = this.state;
    if (rows.length === 0) return null;
    const zones = new Set(this.#active.map(zoneOf));
    if (zones.size === 0) return 0;
    let crowded = 0;
    for (let part = 0; part < this.parts; part++) {
      const held = holders(rows, part).map((id) => devs[id]!);
      const most = Math.ceil(held.length / zones.size);
      const inZone = new Map<string, number>();
      for (const device of held) inZone.set(zoneOf(device), (inZone.get(zoneOf(device)) ?? 0) + 1);
      if (Math.max(...inZone.values()) > most) crowded++;
    }
    return (100 * crowded) / this.parts;
  }

  /** @throws RingError when there are too few devices */
  rebalance(nowSeconds: number): Rebalanced {
    const { state } = this;
    const active = this.#active;
    if (active.length < state.replicas) {
      throw new RingError(`Replica count of ${state.replicas} requires more than ${active.length} devices`);
    }
    const mayMove = this.secondsLeft(nowSeconds) === 0;
    const rows = this.#fittedRows();
    const size = (of: readonly number[][]) => of.reduce((sum, row) => sum + row.length, 0);
    const given = Math.max(0, size(state.replica2part2dev) - size(rows));
    for (const device of this.devices) if (!active.includes(device)) takeAll(rows, device.id);
    this.#count(rows);
    if (mayMove) this.#takeExcess(rows, active);
    const parts = given + this.#assign(rows, active);
    const removed = state.remove_devs.length;
    for (const id of state.remove_devs) state.devs[id] = null;
    state.remove_devs = [];
    state.replica2part2dev = rows;
    this.#count(rows);
    if (parts > 0) state.last_moved_at = nowSeconds;
    state.devs_changed = false;
    state.version++;
    return { parts, balance: this.balance(), removed };
  }

  /** Rows as long as the number of replicas wants them; what is new is nowhere yet. */
  #fittedRows(): number[][] {
    const { replicas, replica2part2dev } = this.state;
    return Array.from({ length: Math.ceil(replicas) }, (_, r) => {
      const length =
        r + 1 <= replicas ? this.parts : Math.floor(this.parts * (replicas - Math.floor(replicas)));
      const before = replica2part2dev[r] ?? [];
      return Array.from({ length }, (_, part) => before[part] ?? NOWHERE);
    });
  }

  #count(rows: readonly number[][]): void {
    for (const device of this.devices) device.parts = 0;
    for (const row of rows) for (const id of row) if (id !== NOWHERE) this.state.devs[id]!.parts++;
  }

  /** Takes from those that have too much, one replica of a partition at most. */
  #takeExcess(rows: readonly number[][], active: readonly BuilderDevice[]): void {
    const moved = new Set<number>();
    for (const device of active) {
      let excess = device.parts - Math.ceil(this.wanted(device.weight));
      for (const row of rows) {
        for (let part = 0; part < row.length && excess > 0; part++) {
          if (row[part] !== device.id || moved.has(part)) continue;
          row[part] = NOWHERE;
          device.parts--;
          moved.add(part);
          excess--;
        }
      }
    }
  }

  /** Gives what is nowhere to the emptiest device that does not hold the partition yet, in another zone if it can be. */
  #assign(rows: readonly number[][], active: readonly BuilderDevice[]): number {
    let assigned = 0;
    const share = new Map(active.map((device) => [device.id, this.wanted(device.weight)]));
    for (let part = 0; part < this.parts; part++) {
      for (const row of rows) {
        if (row[part] !== NOWHERE) continue;
        const held = holders(rows, part);
        const zones = new Set(held.map((id) => zoneOf(this.state.devs[id]!)));
        let best: BuilderDevice | null = null;
        let bestRank = Number.NEGATIVE_INFINITY;
        for (const device of active) {
          if (held.includes(device.id)) continue;
          const room = share.get(device.id)! - device.parts;
          const rank = room + (zones.has(zoneOf(device)) ? 0 : this.parts * rows.length);
          if (rank > bestRank) [best, bestRank] = [device, rank];
        }
        row[part] = best!.id;
        best!.parts++;
        assigned++;
      }
    }
    return assigned;
  }

  /** @throws RingError that says what is wrong */
  validate(): void {
    const { replica2part2dev: rows, devs } = this.state;
    if (rows.length === 0) throw new RingError("_replica2part2dev empty; did you forget to rebalance?");
    const onDevices = this.devices.reduce((sum, { parts }) => sum + parts, 0);
    const inRows = rows.reduce((sum, row) => sum + row.length, 0);
    if (onDevices !== inRows)
      throw new RingError(`All partitions are not double accounted for: ${onDevices} != ${inRows}`);
    for (let part = 0; part < this.parts; part++) {
      const held = holders(rows, part);
      for (const [replica, id] of held.entries()) {
        if (!devs[id])
          throw new RingError(`Partition ${part}, replica ${replica} was not allocated to a device.`);
      }
      if (new Set(held).size !== held.length) {
        throw new RingError(
          `The partition ${part} has been assigned to duplicate devices [${held.join(", ")}]`,
        );
      }
    }
  }

  ring(): RingData {
    const { devs, part_power: power, replica2part2dev: rows, version } = this.state;
    return {
      devs: devs.map((device) => {
        if (!device) return null;
        const { parts: _, ...rest } = device;
        return rest;
      }),
      partShift: 32 - power,
      replicas: rows.map((row) => Uint16Array.from(row)),
      version,
    };
  }
}

/** Ids of the devices that have a replica of the partition. */
function holders(rows: readonly number[][], part: number): number[] {
  return rows.map((row) => row[part] ?? NOWHERE).filter((id) => id !== NOWHERE);
}

function takeAll(rows: readonly number[][], id: number): void {
  for (const row of rows)
    for (let part = 0; part < row.length; part++) if (row[part] === id) row[part] = NOWHERE;
}

function zoneOf({ region, zone }: RingDevice): string {
  return `${region}/${zone}`;
}

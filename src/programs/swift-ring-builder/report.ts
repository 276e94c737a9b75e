// What `swift-ring-builder FILE` shows. Authority for the layout: swift/cli/ringbuilder.py, Commands.default and search.

import { existsSync } from "node:fs";
import { type BuilderDevice, MAX_BALANCE, type RingBuilder } from "../../object-store/rings/builder.ts";
import { loadRing } from "../../object-store/rings/files.ts";
import { encodeRing, RingError } from "../../object-store/rings/ring.ts";

export function describe(builder: RingBuilder, file: string, ringFile: string, nowSeconds: number): string {
  const { state, devices } = builder;
  const lines = [`${file}, build version ${state.version}, id ${state.id ?? "(not assigned)"}`];
  const regions = new Set(devices.map(({ region }) => region)).size;
  const zones = new Set(devices.map(({ region, zone }) => `${region}/${zone}`)).size;
  let balance = 0;
  let empty: string | null = null;
  try {
    balance = builder.balance();
  } catch (error) {
    if (!(error instanceof RingError)) throw error;
    empty = error.message;
  }
  const dispersion = builder.dispersion();
  lines.push(
    `${builder.parts} partitions, ${state.replicas.toFixed(6)} replicas, ${regions} regions, ${zones} zones, ${devices.length} devices, ${balance.toFixed(2)} balance${dispersion === null ? "" : `, ${dispersion.toFixed(2)} dispersion`}`,
    `The minimum number of hours before a partition can be reassigned is ${state.min_part_hours} (${duration(builder.secondsLeft(nowSeconds))} remaining)`,
    `The overload factor is ${(state.overload * 100).toFixed(2)}% (${state.overload.toFixed(6)})`,
    ringState(builder, ringFile),
    ...deviceTable(builder, empty !== null),
    ...(empty === null ? [] : [empty]),
  );
  return `${lines.join("\n")}\n`;
}

function ringState(builder: RingBuilder, ringFile: string): string {
  if (!existsSync(ringFile)) return `Ring file ${ringFile} not found, probably it hasn't been written yet`;
  try {
    const written = Buffer.from(encodeRing(loadRing(ringFile)));
    return `Ring file ${ringFile} is ${written.equals(encodeRing(builder.ring())) ? "up-to-date" : "obsolete"}`;
  } catch (error) {
    if (!(error instanceof RingError)) throw error;
    return `Ring file ${ringFile} is invalid: ${error.message}`;
  }
}

function deviceTable(builder: RingBuilder, empty: boolean): string[] {
  const { devices, state } = builder;
  const bracketed = (ip: string) => (ip.includes(":") ? `[${ip}]` : ip);
  const width = (least: number, texts: string[]) => Math.max(least, ...texts.map((text) => text.length));
  const ip = width(
    10,
    devices.map((device) => bracketed(device.ip)),
  );
  const port = width(
    4,
    devices.map((device) => String(device.port)),
  );
  const otherIp = width(
    14,
    devices.map((device) => bracketed(device.replication_ip)),
  );
  const otherPort = width(
    4,
    devices.map((device) => String(device.replication_port)),
  );
  const weight = width(
    6,
    devices.map((device) => device.weight.toFixed(2)),
  );
  const row = (cells: readonly string[]) => {
    const [id, region, zone, address, at, other, otherAt, name, heavy, parts, balance, flags, meta] =
      cells as [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
      ];
    return `${id} ${region.padStart(6)} ${zone.padStart(4)} ${address.padStart(ip)}:${at.padEnd(port)} ${other.padStart(otherIp)}:${otherAt.padEnd(otherPort)} ${name.padStart(5)} ${heavy.padStart(weight)} ${parts.padStart(10)} ${balance.padStart(7)} ${flags.padStart(5)} ${meta}`;
  };
  const head = row([
    ...["Devices:   id", "region", "zone", "ip address", "port", "replication ip", "port"],
    ...["name", "weight", "partitions", "balance", "flags", "meta"],
  ]);
  const sorted = devices.toSorted(
    (a, b) => a.region - b.region || a.zone - b.zone || compare(a.ip, b.ip) || compare(a.device, b.device),
  );
  return [
    head,
    ...sorted.map((device) =>
      row([
        String(device.id).padStart(13),
        ...[String(device.region), String(device.zone)],
        ...[bracketed(device.ip), String(device.port)],
        ...[bracketed(device.replication_ip), String(device.replication_port)],
        ...[device.device, device.weight.toFixed(2), String(device.parts)],
        ...[
          (empty ? 0 : builder.balanceOf(device)).toFixed(2),
          state.remove_devs.includes(device.id) ? "DEL" : "",
        ],
        device.meta,
      ]),
    ),
  ];
}

/** @param found not empty */
export function searchTable(builder: RingBuilder, found: readonly BuilderDevice[]): string {
  const lines = [
    "Devices:    id  region  zone      ip address  port  replication ip  replication port      name weight partitions balance meta",
  ];
  for (const device of found) {
    const balance = device.weight === 0 ? (device.parts > 0 ? MAX_BALANCE : 0) : builder.balanceOf(device);
    const cells = [
      ...[String(device.id).padStart(5), String(device.region).padStart(7), String(device.zone).padStart(5)],
      ...[device.ip.padStart(15), String(device.port).padStart(5), device.replication_ip.padStart(15)],
      ...[String(device.replication_port).padStart(17), device.device.padStart(9)],
      ...[device.weight.toFixed(2).padStart(6), String(device.parts).padStart(10)],
      ...[balance.toFixed(2).padStart(7), device.meta],
    ];
    lines.push(`         ${cells.join(" ")}`);
  }
  return `${lines.join("\n")}\n`;
}

/** As Python's timedelta: `0:59:58`. */
export function duration(seconds: number): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  const days = Math.floor(seconds / 86_400);
  const rest = seconds % 86_400;
  const time = `${Math.floor(rest / 3600)}:${two((rest % 3600) / 60)}:${two(rest % 60)}`;
  return days === 0 ? time : `${days} day${days === 1 ? "" : "s"}, ${time}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

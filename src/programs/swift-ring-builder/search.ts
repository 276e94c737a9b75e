// Devices as the command line names them: `d0`, `z1-127.0.0.2`, `/d1`, `r1z3-127.0.0.3:6230/d3_spare`, or by options.
// Authority: swift/common/ring/utils.py (parse_search_value, parse_add_value, build_dev_from_opts).

import { isIP } from "node:net";
import type { BuilderDevice } from "../../object-store/rings/builder.ts";
import { type RingDevice, RingError } from "../../object-store/rings/ring.ts";

export type Search = Partial<RingDevice>;

const IP = String.raw`(\d[\d.]*|\[[^\]]*\])`;
const SEARCH = new RegExp(
  String.raw`^(?:d(\d+))?(?:r(\d+))?(?:z(\d+))?-?${IP}?(?::(\d+))?(?:R${IP}?(?::(\d+))?)?(?:/([^_]*))?(?:_(.*))?$`,
);
const ADD = new RegExp(String.raw`^(?:r(\d+))?z(\d+)-${IP}:(\d+)(?:R${IP}:(\d+))?/([^_]*)(?:_(.*))?$`);
const NUMBERS = new Set(["id", "region", "zone", "port", "replication_port", "weight"]);
const NAMES = [
  ...["id", "region", "zone", "ip", "port", "replication_ip", "replication_port", "device", "weight", "meta"],
] as const;

/** @throws RingError */
export function parseSearch(text: string): Search {
  const m = SEARCH.exec(text);
  if (!m) throw new RingError(`Invalid <search-value>: '${text}'`);
  const [, id, region, zone, ip, port, replicationIp, replicationPort, device, meta] = m;
  return defined({
    id: number(id),
    region: number(region),
    zone: number(zone),
    ip: ip === undefined ? undefined : address(ip),
    port: number(port),
    replication_ip: replicationIp === undefined ? undefined : address(replicationIp),
    replication_port: number(replicationPort),
    device,
    meta,
  });
}

export function searchDevices(devices: readonly BuilderDevice[], search: Search): BuilderDevice[] {
  const wanted = Object.entries(search) as [keyof RingDevice, string | number][];
  if (wanted.length === 0) return [];
  return devices.filter((device) =>
    wanted.every(([key, value]) =>
      key === "meta" ? device.meta.includes(String(value)) : device[key] === value,
    ),
  );
}

/** @returns whether the region was named. @throws RingError */
export function parseAdd(text: string, weight: string): { device: Omit<RingDevice, "id">; named: boolean } {
  const m = ADD.exec(text);
  if (!m) throw new RingError(`Invalid add value: ${text}`);
  const [, region, zone, ip, port, replicationIp, replicationPort, device, meta] = m;
  return {
    named: region !== undefined,
    device: checked({
      region: Number(region ?? 1),
      zone: Number(zone),
      ip: address(ip!),
      port: Number(port),
      replication_ip: address(replicationIp ?? ip!),
      replication_port: Number(replicationPort ?? port),
      device: device!,
      weight: Number(weight),
      meta: meta ?? "",
    }),
  };
}

/** @throws RingError that names what is missing */
export function deviceOfOptions(options: Search): Omit<RingDevice, "id"> {
  for (const key of ["region", "zone", "ip", "port", "device", "weight"] as const) {
    if (options[key] === undefined)
      throw new RingError(`Required argument -${key[0]}/--${key} not specified.`);
  }
  const { region, zone, ip, port, device, weight, replication_ip, replication_port, meta } =
    options as RingDevice;
  return checked({
    ...{ region, zone, ip, port, device, weight, meta: meta ?? "" },
    ...{ replication_ip: replication_ip ?? ip, replication_port: replication_port ?? port },
  });
}

function checked(device: Omit<RingDevice, "id">): Omit<RingDevice, "id"> {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(device.device)) throw new RingError("Invalid device name");
  if (!(device.weight >= 0)) throw new RingError(`Invalid weight value: ${device.weight}`);
  return device;
}

/** `r1z1-127.0.0.1:6210R127.0.0.1:6210/d1_""` with its id in front. */
export function formatDevice(device: RingDevice): string {
  const ip = (text: string) => (text.includes(":") ? `[${text}]` : text);
  return `d${device.id}r${device.region}z${device.zone}-${ip(device.ip)}:${device.port}R${ip(device.replication_ip)}:${device.replication_port}/${device.device}_"${device.meta}"`;
}

export interface Words {
  /** Given by options. */
  options: Search;
  byOptions: boolean;
  /** `--change-...` of set_info. */
  changes: Search;
  yes: boolean;
  args: string[];
}

/** @throws RingError */
export function parseWords(words: readonly string[]): Words {
  const parsed: Words = { options: {}, byOptions: false, changes: {}, yes: false, args: [] };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith("--")) {
      parsed.args.push(word);
      continue;
    }
    if (word === "--yes") {
      parsed.yes = true;
      continue;
    }
    const equals = word.indexOf("=");
    const name = (equals < 0 ? word : word.slice(0, equals)).slice(2).replaceAll("-", "_");
    const value = equals < 0 ? words[++i] : word.slice(equals + 1);
    const key = NAMES.find((candidate) => candidate === name || `change_${candidate}` === name);
    if (key === undefined || value === undefined) throw new RingError(`no such option: ${word}`);
    const target = name.startsWith("change_") ? parsed.changes : parsed.options;
    Object.assign(target, { [key]: optionValue(key, value) });
    if (target === parsed.options) parsed.byOptions = true;
  }
  return parsed;
}

function optionValue(key: string, text: string): string | number {
  if (!NUMBERS.has(key)) return key.endsWith("ip") ? address(text) : text;
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value))
    throw new RingError(`option --${key}: invalid value: '${text}'`);
  return value;
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** @throws RingError */
function address(text: string): string {
  const plain = text.replace(/^\[|\]$/g, "").toLowerCase();
  if (isIP(plain) === 0) throw new RingError(`Invalid address ${plain}`);
  return plain;
}

function defined(search: { [K in keyof RingDevice]?: RingDevice[K] | undefined }): Search {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Search;
}

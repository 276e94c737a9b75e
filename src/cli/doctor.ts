// `stack doctor`: what this machine offers, what a cloud would use of it, and what to install for more.

import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { connect } from "node:net";
import { isPrivileged } from "../core/machine.ts";
import { type Command, columns, type Invocation, STATE_HELP, STATE_OPTION, stateDir } from "./command.ts";

interface Finding {
  what: string;
  /** `no` means that something works less well, never that the cloud does not start. */
  state: "yes" | "no";
  detail: string;
  /** What to do about a `no`. */
  advice?: string;
}

const LIBVIRT_SOCKET = "/var/run/libvirt/libvirt-sock";
const DOCKER_SOCKET = "/var/run/docker.sock";
const MIN_FREE_GB = 5;

export const doctor: Command = {
  name: "doctor",
  usage: "[--json]",
  summary: "what this host offers, what will be used, what to install",
  example: "stack doctor",
  options: { ...STATE_OPTION, json: { type: "boolean" } },
  optionHelp: [["--json", "for programs"], STATE_HELP],
  async run(invocation) {
    const findings = await examine(invocation);
    if (invocation.values["json"]) {
      invocation.out(`${JSON.stringify(findings, null, 2)}\n`);
      return 0;
    }
    invocation.out(
      columns(findings.map(({ what, state, detail }) => [state === "yes" ? "[ok]" : "[--]", what, detail])),
    );
    const advice = [
      ...new Set(findings.flatMap((finding) => (finding.state === "no" ? (finding.advice ?? []) : []))),
    ];
    for (const line of advice) invocation.out(`\n${line}`);
    invocation.out(`${advice.length > 0 ? "\n" : ""}\n${verdict(findings)}\n`);
    return 0;
  },
};

const INSTALL =
  "For real virtual machines, as root: apt-get install qemu-system-x86 qemu-utils libvirt-daemon-system";
const NETWORK = "For real networks, as root: apt-get install iproute2 nftables dnsmasq-base";

export async function examine(invocation: Pick<Invocation, "values" | "env">): Promise<Finding[]> {
  const libvirt = await answers(LIBVIRT_SOCKET);
  return [
    {
      what: "root",
      state: isPrivileged() ? "yes" : "no",
      detail: isPrivileged() ? "may make bridges and firewall tables" : "networks are answered, not plumbed",
      advice: "Start as root for real networks and virtual machines.",
    },
    found("qemu-system-x86_64", INSTALL),
    found("qemu-img", INSTALL),
    {
      what: "libvirt",
      state: libvirt ? "yes" : "no",
      detail: libvirt ? `${LIBVIRT_SOCKET} answers` : `nothing answers at ${LIBVIRT_SOCKET}`,
      advice: existsSync(LIBVIRT_SOCKET) ? "Start libvirtd: systemctl start libvirtd" : INSTALL,
    },
    kvm(),
    found("ip", NETWORK),
    found("nft", NETWORK),
    found("dnsmasq", NETWORK),
    await docker(),
    disk(stateDir(invocation)),
  ];
}

/** System programs are often outside an ordinary user's PATH. */
function found(name: string, advice: string): Finding {
  const path = Bun.which(name, { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` });
  return { what: name, state: path ? "yes" : "no", detail: path ?? "not installed", advice };
}

function kvm(): Finding {
  const advice = "Without KVM, QEMU emulates: guests work, at a tenth of the speed.";
  if (!existsSync("/dev/kvm")) return { what: "kvm", state: "no", detail: "no /dev/kvm", advice };
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return { what: "kvm", state: "yes", detail: "/dev/kvm is there; the first guest tells whether it works" };
  } catch {
    return { what: "kvm", state: "no", detail: "/dev/kvm may not be opened by this user", advice };
  }
}

async function docker(): Promise<Finding> {
  const ok = await answers(DOCKER_SOCKET);
  const detail = ok ? `${DOCKER_SOCKET} answers` : `nothing answers at ${DOCKER_SOCKET}`;
  return { what: "docker", state: ok ? "yes" : "no", detail };
}

function disk(folder: string): Finding {
  let at = folder;
  while (!existsSync(at) && at !== "/") at = at.replace(/\/[^/]*$/, "") || "/";
  const { bavail, bsize } = statfsSync(at);
  const freeGb = (bavail * bsize) / 2 ** 30;
  return {
    what: "disk",
    state: freeGb >= MIN_FREE_GB ? "yes" : "no",
    detail: `${freeGb.toFixed(0)} GiB free for ${folder}`,
    advice: `Images, disks and volumes want more than ${MIN_FREE_GB} GiB; choose another place with --state.`,
  };
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (!existsSync(socket)) return resolve(false);
    const connection = connect(socket);
    const end = (ok: boolean) => {
      connection.destroy();
      resolve(ok);
    };
    connection.setTimeout(2000, () => end(false));
    connection.once("connect", () => end(true));
    connection.once("error", () => end(false));
  });
}

function verdict(findings: readonly Finding[]): string {
  const has = (what: string) => findings.find((finding) => finding.what === what)?.state === "yes";
  const driver =
    has("root") && has("libvirt") && has("qemu-img")
      ? "libvirt: real virtual machines"
      : "fake: simulated servers";
  const plumbed = ["root", "ip", "nft", "dnsmasq"].every(has);
  const network = plumbed ? "a real bridge with DHCP and NAT" : "answered, not plumbed";
  return `A cloud started now would use the driver ${driver}; networks: ${network}.`;
}

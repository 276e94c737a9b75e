// The labs whose servers are real virtual machines. Needs root, libvirt with QEMU, and the guest image.

import { afterAll, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allLabs } from "../../src/labs/catalog.ts";
import { lackingOf } from "../../src/labs/start.ts";
import { describeWith, file, isRoot, program } from "../support/requires.ts";
import { ROOT } from "../support/stack.ts";
import { walk } from "./walk.ts";

const NEEDS = [
  isRoot,
  file("/var/run/libvirt/libvirt-sock", "a running libvirtd (scripts/hypervisor start --install)"),
  file(join(ROOT, "build/guest/manifest.json"), "the guest image (scripts/build-guest)"),
  program("openstack"),
  program("dnsmasq"),
  program("nft"),
];

describeWith("labs with real servers", NEEDS, () => {
  const state = mkdtempSync(join(tmpdir(), "stack-labs-"));
  afterAll(() => rmSync(state, { recursive: true, force: true }));
  const wanted = process.env["LAB"];

  for (const found of allLabs([])) {
    const { lab } = found;
    if (lab.driver !== "libvirt" || (wanted && ![lab.name, lab.row].includes(wanted))) continue;
    const lacking = lackingOf(lab);
    const name = `${lab.row ?? "a lab"} ${lab.name}: start, not yet, solved, done, taken back`;
    if (lacking.length > 0) test.skip(`${name} (needs ${lacking.join(", ")})`, () => {});
    else test(name, () => walk(found, state, { patience: 120 }), 600_000);
  }
});

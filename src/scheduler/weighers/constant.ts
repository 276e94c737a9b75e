// Two of Nova's weighers for what is the same on every host here: there is one cell, and no host passes PCI devices
// through. They are known by name, with their multipliers, so that a configuration which lists them is valid.

import type { FilterSettings } from "../filters/filter.ts";
import type { HostWeigher } from "./weigher.ts";

/** nova/scheduler/weights/pci.py: MAX_DEVS, what a host without devices weighs. */
const MAX_DEVICES = 100;

export class PCIWeigher implements HostWeigher {
  readonly name = "PCIWeigher";
  readonly multiplierKey = "pci_weight_multiplier";
  readonly multiplier: number;

  constructor(settings: FilterSettings) {
    this.multiplier = settings.PCI_WEIGHT_MULTIPLIER;
  }

  applies(): boolean {
    return false;
  }

  weigh(): number {
    return MAX_DEVICES;
  }
}

/** 0 for every move within a cell (nova/scheduler/weights/cross_cell.py). */
export class CrossCellWeigher implements HostWeigher {
  readonly name = "CrossCellWeigher";
  readonly multiplierKey = "cross_cell_move_weight_multiplier";
  readonly multiplier: number;

  constructor(settings: FilterSettings) {
    this.multiplier = settings.CROSS_CELL_MOVE_WEIGHT_MULTIPLIER;
  }

  applies(): boolean {
    return false;
  }

  weigh(): number {
    return 0;
  }
}

// Metering labels and their rules: kept and shown; nothing counts traffic here. Authority:
// neutron/db/metering/metering_db.py.

import type { RequestContext } from "../../core/context.ts";
import { InvalidInput } from "../errors/common.ts";
import {
  MeteringLabelNotFound,
  MeteringLabelRuleNotFound,
  MeteringLabelRuleOverlaps,
} from "../errors/extensions.ts";
import { overlap, parseCidr } from "../ip.ts";
import type { Direction, MeteringLabelRow, MeteringLabelRuleRow } from "../tables.ts";
import type { Base } from "./base.ts";

export interface NewMeteringRule {
  metering_label_id: string;
  direction: Direction;
  excluded?: boolean;
  remote_ip_prefix?: string | null;
  source_ip_prefix?: string | null;
  destination_ip_prefix?: string | null;
}

export class Metering {
  #base: Base;

  constructor(base: Base) {
    this.#base = base;
  }

  label(context: RequestContext, id: string): MeteringLabelRow {
    const row = this.#base.store.meteringLabels.get(id);
    const visible = row && (context.isAdmin || row.project_id === context.projectId || row.shared);
    if (!visible) throw new MeteringLabelNotFound(id);
    return row;
  }

  createLabel(fields: {
    project_id: string;
    name?: string;
    description?: string;
    shared?: boolean;
  }): MeteringLabelRow {
    return this.#base.store.meteringLabels.insert({ id: this.#base.ids.uuid(), ...fields });
  }

  deleteLabel(context: RequestContext, id: string): void {
    this.label(context, id);
    this.#base.store.meteringLabels.remove(id);
  }

  rule(id: string): MeteringLabelRuleRow {
    const row = this.#base.store.meteringRules.get(id);
    if (!row) throw new MeteringLabelRuleNotFound(id);
    return row;
  }

  createRule(context: RequestContext, fields: NewMeteringRule): MeteringLabelRuleRow {
    const { store, ids } = this.#base;
    return store.transaction(() => {
      this.label(context, fields.metering_label_id);
      const {
        remote_ip_prefix: remote,
        source_ip_prefix: source,
        destination_ip_prefix: destination,
      } = fields;
      if (!remote && !source && !destination) {
        throw new InvalidInput(
          "At least one of the remote_ip_prefix, source_ip_prefix or destination_ip_prefix must be given",
        );
      }
      if (remote && (source || destination)) {
        throw new InvalidInput(
          "remote_ip_prefix cannot be given together with source_ip_prefix or destination_ip_prefix",
        );
      }
      for (const other of store.meteringRules.match({ metering_label_id: fields.metering_label_id })) {
        if (!remote || !other.remote_ip_prefix || other.direction !== fields.direction) continue;
        if (overlap(parseCidr(other.remote_ip_prefix)!, parseCidr(remote)!))
          throw new MeteringLabelRuleOverlaps(remote);
      }
      return store.meteringRules.insert({ id: ids.uuid(), ...fields });
    });
  }

  deleteRule(id: string): MeteringLabelRuleRow {
    const row = this.rule(id);
    this.#base.store.meteringRules.remove(id);
    return row;
  }
}

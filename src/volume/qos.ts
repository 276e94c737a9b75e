// QoS specs: limits of bandwidth and operations that volume types share. Authority: cinder/volume/qos_specs.py of Zed.

import { Invalid } from "../core/errors.ts";
import type { Caller } from "./access.ts";
import type { Cinder } from "./cinder.ts";
import {
  InvalidQosSpecs,
  InvalidVolumeType,
  QosKeyNotFound,
  QosSpecsExists,
  QosSpecsInUse,
  QosSpecsNotFound,
} from "./errors-types.ts";
import type { QosRecord } from "./store/qos.ts";

const CONSUMERS = ["front-end", "back-end", "both"];

export type QosValues = Readonly<Record<string, string | null>>;

export function findQos(cinder: Cinder, id: string): QosRecord {
  const found = cinder.store.qos.get(id);
  if (!found) throw new QosSpecsNotFound(id);
  return found;
}

export function createQos(cinder: Cinder, name: string, values: QosValues): QosRecord {
  const { consumer = "back-end", ...specs } = values;
  checkConsumer(consumer);
  const id = cinder.newId();
  cinder.transaction(() => {
    if (cinder.store.qos.all().some((set) => set.name === name)) throw new QosSpecsExists(name);
    const texts = Object.entries(specs).map(([key, value]) => [key, value ?? ""]);
    cinder.store.qos.insert(id, name, consumer ?? "", Object.fromEntries(texts));
  });
  return findQos(cinder, id);
}

export function updateQos(cinder: Cinder, id: string, values: QosValues): void {
  if (values["consumer"] !== undefined) checkConsumer(values["consumer"]);
  cinder.transaction(() => {
    findQos(cinder, id);
    cinder.store.qos.set(id, values);
  });
}

function checkConsumer(consumer: string | null): void {
  if (consumer === null || !CONSUMERS.includes(consumer)) {
    throw new InvalidQosSpecs(`Valid consumer of QoS specs are: ['front-end', 'back-end', 'both']`);
  }
}

/** @throws QosKeyNotFound, and then none is removed */
export function removeQosKeys(cinder: Cinder, id: string, keys: readonly string[]): void {
  cinder.transaction(() => {
    const { specs } = findQos(cinder, id);
    for (const key of keys) {
      if (!Object.hasOwn(specs, key)) throw new QosKeyNotFound(id, key);
      cinder.store.qos.removeKey(id, key);
    }
  });
}

/** @param force also while volume types have it, which then have none */
export function deleteQos(cinder: Cinder, id: string, force: boolean): void {
  cinder.transaction(() => {
    findQos(cinder, id);
    const types = cinder.store.types.typesWithQos(id);
    if (types.length > 0 && !force) throw new QosSpecsInUse();
    for (const type of types) cinder.store.types.setQosOf(type.id, null);
    cinder.store.qos.remove(id);
  });
}

export function associateQos(cinder: Cinder, caller: Caller, id: string, typeId: string): void {
  cinder.transaction(() => {
    findQos(cinder, id);
    const { row } = cinder.types.get(caller, typeId);
    if (row.qos_specs_id === id) return;
    if (row.qos_specs_id !== null) {
      throw new InvalidVolumeType(
        `Type ${typeId} is already associated with another qos specs: ${row.qos_specs_id}`,
      );
    }
    cinder.store.types.setQosOf(typeId, id);
  });
}

export function disassociateQos(cinder: Cinder, caller: Caller, id: string, typeId: string): void {
  cinder.transaction(() => {
    findQos(cinder, id);
    const { row } = cinder.types.get(caller, typeId);
    if (row.qos_specs_id !== id) return;
    cinder.store.types.setQosOf(typeId, null);
  });
}

export function disassociateAllQos(cinder: Cinder, id: string): void {
  cinder.transaction(() => {
    findQos(cinder, id);
    for (const type of cinder.store.types.typesWithQos(id)) cinder.store.types.setQosOf(type.id, null);
  });
}

/** @throws Invalid */
export function requiredTypeId(typeId: string | null): string {
  if (!typeId) throw new Invalid("Volume Type id must not be None.");
  return typeId;
}

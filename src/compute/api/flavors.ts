// /flavors: list, show, create, describe, delete. Authority: nova/api/openstack/compute/{flavors,flavor_manage}.py.

import { Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Flavor, Flavors } from "../flavors.ts";
import type { FlavorFilter } from "../store-periphery.ts";
import { createFlavor, listFlavors, updateFlavor } from "./flavors.schemas.ts";
import { EXTRA_SPECS_SINCE, flavorDetail, flavorSummary } from "./flavors.views.ts";
import { linkBase, nextLink } from "./links.ts";
import { type Page, pageOf } from "./periphery.types.ts";

interface FlavorBody {
  name: string;
  id?: string | number | null;
  ram: number | string;
  vcpus: number | string;
  disk: number | string;
  "OS-FLV-EXT-DATA:ephemeral"?: number | string;
  swap?: number | string;
  rxtx_factor?: number | string;
  "os-flavor-access:is_public"?: boolean | string;
  description?: string | null;
}

/**
 * What asks for a new id. Zed takes `auto` for an id like any other, which is not what `openstack flavor create --id auto`
 * promises to those who type it.
 */
const GENERATED_IDS: readonly unknown[] = [null, "", "auto"];

export function flavorRoutes(flavors: Flavors, maxLimit: number): Route[] {
  function list(call: Call): Reply {
    const page = pageOf(call, maxLimit);
    const rows = pageOfFlavors(call, page);
    const base = linkBase(call);
    const next = nextLink(
      call,
      "flavors",
      "flavors",
      page.limit,
      rows.map((row) => row.flavorid),
    );
    return json(200, { flavors: rows.map((row) => flavorSummary(call, base, row)), ...next });
  }

  function detail(call: Call): Reply {
    const page = pageOf(call, maxLimit);
    const rows = pageOfFlavors(call, page);
    const base = linkBase(call);
    const options = { extraSpecs: showsExtraSpecs(call) };
    const ids = rows.map((row) => row.flavorid);
    const next = nextLink(call, "flavors", "flavors/detail", page.limit, ids);
    return json(200, { flavors: rows.map((row) => flavorDetail(call, base, row, options)), ...next });
  }

  function pageOfFlavors(call: Call, { limit, marker }: Page): Flavor[] {
    const { context } = call;
    const filter: FlavorFilter = context.isAdmin
      ? { isPublic: parseIsPublic(call.query.get("is_public")) }
      : { isPublic: true, disabled: false };
    const minMemoryMb = parseNumber(call, "minRam");
    const minRootGb = parseNumber(call, "minDisk");
    if (minMemoryMb !== null) filter.minMemoryMb = minMemoryMb;
    if (minRootGb !== null) filter.minRootGb = minRootGb;
    return flavors.list(context, filter, {
      sortKey: call.query.get("sort_key") || "flavorid",
      descending: call.query.get("sort_dir") === "desc",
      limit,
      marker,
    });
  }

  function reply(call: Call, flavor: Flavor): Reply {
    const options = { extraSpecs: showsExtraSpecs(call) };
    return json(200, { flavor: flavorDetail(call, linkBase(call), flavor, options) });
  }

  function show(call: Call): Reply {
    return reply(call, flavors.get(call.context, call.param("id")));
  }

  function create(call: Call): Reply {
    const { flavor } = call.body as { flavor: FlavorBody };
    const rxtxFactor = Number(flavor.rxtx_factor ?? 1);
    if (rxtxFactor <= 0) {
      throw new Invalid(
        `Invalid input for field/attribute rxtx_factor. Value: ${flavor.rxtx_factor}. ${rxtxFactor} is less than or equal to the minimum of 0`,
      );
    }
    const created = flavors.create({
      name: flavor.name,
      ...(GENERATED_IDS.includes(flavor.id ?? null) ? {} : { flavorId: String(flavor.id) }),
      memoryMb: Number(flavor.ram),
      vcpus: Number(flavor.vcpus),
      rootGb: Number(flavor.disk),
      ephemeralGb: Number(flavor["OS-FLV-EXT-DATA:ephemeral"] ?? 0),
      swap: Number(flavor.swap ?? 0),
      rxtxFactor,
      isPublic: boolFromString(flavor["os-flavor-access:is_public"] ?? true) ?? true,
      description: flavor.description ?? null,
    });
    return reply(call, created);
  }

  function update(call: Call): Reply {
    const { flavor } = call.body as { flavor: { description: string | null } };
    return reply(call, flavors.describe(call.context, call.param("id"), flavor.description));
  }

  function remove(call: Call): Reply {
    flavors.delete(call.param("id"));
    return empty(202);
  }

  const rule = (verb: string) => `os_compute_api:os-flavor-manage:${verb}`;
  return [
    {
      method: "GET",
      path: "/flavors",
      handler: list,
      access: "os_compute_api:flavors",
      query: listFlavors,
    },
    { method: "POST", path: "/flavors", handler: create, access: rule("create"), body: createFlavor },
    {
      method: "GET",
      path: "/flavors/detail",
      handler: detail,
      access: "os_compute_api:flavors",
      query: listFlavors,
    },
    { method: "GET", path: "/flavors/:id", handler: show, access: "os_compute_api:flavors" },
    {
      method: "PUT",
      path: "/flavors/:id",
      handler: update,
      access: rule("update"),
      body: updateFlavor,
      since: 55,
    },
    { method: "DELETE", path: "/flavors/:id", handler: remove, access: rule("delete") },
  ];
}

function showsExtraSpecs(call: Call): boolean {
  return call.minor >= EXTRA_SPECS_SINCE && call.allows("os_compute_api:os-flavor-extra-specs:index");
}

/** Null: all of them. */
function parseIsPublic(text: string | null): boolean | null {
  if (text === null) return true;
  if (text.toLowerCase() === "none") return null;
  const value = boolFromString(text);
  if (value === null) throw new Invalid(`Invalid is_public filter [${text}]`);
  return value;
}

function parseNumber(call: Call, name: "minRam" | "minDisk"): number | null {
  const text = call.query.get(name);
  if (text === null) return null;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new Invalid(`Invalid ${name} filter [${text}]`);
  return Number(text);
}

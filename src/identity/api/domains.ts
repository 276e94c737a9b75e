// /v3/domains and their configuration

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { DEFAULT_DOMAIN_ID } from "../bootstrap.ts";
import { ValidationFailed } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { ProjectFields } from "../projects.ts";
import { enforce, exact, exactBool, matchesInexactly } from "./requests.ts";
import { createDomain, domainConfig, updateDomain } from "./schemas.ts";
import { collection, domainView } from "./views.ts";

type DomainFields = ProjectFields & { name: string; explicit_domain_id?: string };

export function domainRoutes({ projects, domainConfigs, store, listLimit }: Identity): Route[] {
  function listDomains(call: Call): Reply {
    enforce(call, "identity:list_domains");
    const rows = projects
      .listDomains({ name: exact(call, "name"), enabled: exactBool(call, "enabled") })
      .filter((row) => matchesInexactly(call, row, ["name", "enabled"]));
    const tags = store.tags.byLeft();
    const shown = rows.map((row) => domainView(call, row, tags.get(row.id) ?? []));
    return json(200, collection(call, "domains", shown, listLimit));
  }

  function createDomainHandler(call: Call): Reply {
    enforce(call, "identity:create_domain");
    const { explicit_domain_id: id, ...fields } = (call.body as { domain: DomainFields }).domain;
    if (id !== undefined && !/^[0-9a-f]{32}$/.test(id)) {
      throw new ValidationFailed("Domain ID does not conform to required UUID format.");
    }
    const { id: _id, ...rest } = fields;
    const row = projects.createDomain(id === undefined ? rest : { ...rest, id });
    return json(201, { domain: domainView(call, row, store.tags.rightsOf(row.id)) });
  }

  function showDomain(call: Call): Reply {
    const id = call.param("domain_id");
    const domain = store.domain(id);
    enforce(call, "identity:get_domain", domain ? { domain } : {});
    return json(200, { domain: domainView(call, projects.getDomain(id), store.tags.rightsOf(id)) });
  }

  function updateDomainHandler(call: Call): Reply {
    enforce(call, "identity:update_domain");
    const { domain } = call.body as { domain: ProjectFields };
    const { id } = projects.getDomain(call.param("domain_id"));
    const row = projects.update(id, domain);
    return json(200, { domain: domainView(call, row, store.tags.rightsOf(id)) });
  }

  function deleteDomain(call: Call): Reply {
    enforce(call, "identity:delete_domain");
    projects.deleteDomain(call.param("domain_id"));
    return empty(204);
  }

  function showConfig(call: Call): Reply {
    const { domain_id: id = "", group, option } = call.params();
    if (group === "security_compliance") {
      enforce(call, "identity:get_security_compliance_domain_config");
      projects.getDomain(id);
      return json(200, { config: domainConfigs.compliance(id, DEFAULT_DOMAIN_ID, option) });
    }
    enforce(call, "identity:get_domain_config");
    projects.getDomain(id);
    return json(200, { config: domainConfigs.get(id, group, option) });
  }

  function replaceConfig(call: Call): Reply {
    enforce(call, "identity:create_domain_config");
    const { id } = projects.getDomain(call.param("domain_id"));
    const known = domainConfigs.exists(id);
    const config = domainConfigs.replace(id, (call.body as { config: unknown }).config);
    return json(known ? 200 : 201, { config });
  }

  function updateConfig(call: Call): Reply {
    enforce(call, "identity:update_domain_config");
    const { domain_id = "", group, option } = call.params();
    const { id } = projects.getDomain(domain_id);
    return json(200, {
      config: domainConfigs.update(id, (call.body as { config: unknown }).config, group, option),
    });
  }

  function deleteConfig(call: Call): Reply {
    enforce(call, "identity:delete_domain_config");
    const { domain_id = "", group, option } = call.params();
    domainConfigs.delete(projects.getDomain(domain_id).id, group, option);
    return empty(204);
  }

  function showDefaults(call: Call): Reply {
    const { group, option } = call.params();
    return json(200, { config: domainConfigs.defaults(group, option) });
  }

  const configs = ["", "/:group", "/:group/:option"].map((rest) => `/v3/domains/:domain_id/config${rest}`);
  return [
    // Before the paths with a domain's id in the same place.
    ...["", "/:group", "/:group/:option"].map(
      (rest): Route => ({
        method: "GET",
        path: `/v3/domains/config${rest}/default`,
        handler: showDefaults,
        access: "identity:get_domain_config_default",
      }),
    ),
    {
      method: "GET",
      path: "/v3/domains",
      handler: listDomains,
      access: { handlerAsks: ["identity:list_domains"] },
    },
    {
      method: "POST",
      path: "/v3/domains",
      handler: createDomainHandler,
      access: { handlerAsks: ["identity:create_domain"] },
      body: createDomain,
    },
    {
      method: "GET",
      path: "/v3/domains/:domain_id",
      handler: showDomain,
      access: { handlerAsks: ["identity:get_domain"] },
    },
    {
      method: "PATCH",
      path: "/v3/domains/:domain_id",
      handler: updateDomainHandler,
      access: { handlerAsks: ["identity:update_domain"] },
      body: updateDomain,
    },
    {
      method: "DELETE",
      path: "/v3/domains/:domain_id",
      handler: deleteDomain,
      access: { handlerAsks: ["identity:delete_domain"] },
    },
    {
      method: "PUT",
      path: "/v3/domains/:domain_id/config",
      handler: replaceConfig,
      access: { handlerAsks: ["identity:create_domain_config"] },
      body: domainConfig,
    },
    ...configs.flatMap((path): Route[] => [
      {
        method: "GET",
        path,
        handler: showConfig,
        access: {
          handlerAsks: ["identity:get_domain_config", "identity:get_security_compliance_domain_config"],
        },
      },
      {
        method: "PATCH",
        path,
        handler: updateConfig,
        access: { handlerAsks: ["identity:update_domain_config"] },
        body: domainConfig,
      },
      {
        method: "DELETE",
        path,
        handler: deleteConfig,
        access: { handlerAsks: ["identity:delete_domain_config"] },
      },
    ]),
  ];
}

// /v3/OS-EP-FILTER: which projects are shown which endpoints

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { EndpointGroupFields } from "../endpoint-filters.ts";
import type { Identity } from "../manager.ts";
import type { ProjectRow } from "../tables.ts";
import { exact, matchesInexactly, requireSameId } from "./requests.ts";
import { createEndpointGroup, updateEndpointGroup } from "./schemas.ts";
import { collection, endpointGroupView, endpointView, projectView, type View } from "./views.ts";

export function endpointFilterRoutes({ filters, projects, store }: Identity): Route[] {
  function listGroups(call: Call): Reply {
    const rows = filters
      .groups({ name: exact(call, "name") })
      .filter((row) => matchesInexactly(call, { ...row }, ["name"]));
    const shown = rows.map((row) => endpointGroupView(call, row));
    return json(200, collection(call, "endpoint_groups", shown));
  }

  function createGroup(call: Call): Reply {
    const { endpoint_group: fields } = call.body as {
      endpoint_group: EndpointGroupFields & { name: string };
    };
    return json(201, { endpoint_group: endpointGroupView(call, filters.createGroup(fields)) });
  }

  function showGroup(call: Call): Reply {
    return json(200, {
      endpoint_group: endpointGroupView(call, filters.group(call.param("endpoint_group_id"))),
    });
  }

  function updateGroup(call: Call): Reply {
    const { endpoint_group: fields } = call.body as { endpoint_group: EndpointGroupFields & { id?: string } };
    const id = call.param("endpoint_group_id");
    requireSameId({ ...fields }, id);
    return json(200, { endpoint_group: endpointGroupView(call, filters.updateGroup(id, fields)) });
  }

  function deleteGroup(call: Call): Reply {
    filters.deleteGroup(call.param("endpoint_group_id"));
    return empty(204);
  }

  function listProjectsOfEndpoint(call: Call): Reply {
    return json(200, projectList(call, filters.projectsOfEndpoint(call.param("endpoint_id"))));
  }

  function checkEndpoint(call: Call): Reply {
    filters.checkEndpointInProject(call.param("endpoint_id"), projects.get(call.param("project_id")).id);
    return empty(204);
  }

  function addEndpoint(call: Call): Reply {
    filters.showEndpointTo(call.param("endpoint_id"), projects.get(call.param("project_id")).id);
    return empty(204);
  }

  function removeEndpoint(call: Call): Reply {
    filters.hideEndpointFrom(call.param("endpoint_id"), call.param("project_id"));
    return empty(204);
  }

  function listEndpointsOfProject(call: Call): Reply {
    const rows = filters.endpointsOfProject(projects.get(call.param("project_id")).id);
    const shown = rows.map((row) => endpointView(call, row));
    return json(200, collection(call, "endpoints", shown));
  }

  function listGroupsOfProject(call: Call): Reply {
    const rows = filters.groupsOfProject(projects.get(call.param("project_id")).id);
    const shown = rows.map((row) => endpointGroupView(call, row));
    return json(200, collection(call, "endpoint_groups", shown));
  }

  function listEndpointsOfGroup(call: Call): Reply {
    const shown = filters
      .endpointsOfGroup(call.param("endpoint_group_id"))
      .map((row) => endpointView(call, row));
    return json(200, collection(call, "endpoints", shown));
  }

  function listProjectsOfGroup(call: Call): Reply {
    return json(200, projectList(call, filters.projectsOfGroup(call.param("endpoint_group_id"))));
  }

  function showGroupInProject(call: Call): Reply {
    const project_id = projects.get(call.param("project_id")).id;
    const endpoint_group_id = call.param("endpoint_group_id");
    filters.checkGroupInProject(endpoint_group_id, project_id);
    const self = `/OS-EP-FILTER/endpoint_groups/${endpoint_group_id}/projects/${project_id}`;
    return json(200, { project_endpoint_group: { endpoint_group_id, project_id, links: { self } } });
  }

  function addGroupToProject(call: Call): Reply {
    filters.showGroupTo(call.param("endpoint_group_id"), projects.get(call.param("project_id")).id);
    return empty(204);
  }

  function removeGroupFromProject(call: Call): Reply {
    filters.hideGroupFrom(call.param("endpoint_group_id"), projects.get(call.param("project_id")).id);
    return empty(204);
  }

  function projectList(call: Call, rows: ProjectRow[]): View {
    return collection(
      call,
      "projects",
      rows.map((row) => projectView(call, row, store.tags.rightsOf(row.id))),
    );
  }

  const base = "/v3/OS-EP-FILTER";
  const group = `${base}/endpoint_groups/:endpoint_group_id`;
  const groupInProject = `${group}/projects/:project_id`;
  const endpointInProject = `${base}/projects/:project_id/endpoints/:endpoint_id`;
  return [
    {
      method: "GET",
      path: `${base}/endpoint_groups`,
      handler: listGroups,
      access: "identity:list_endpoint_groups",
    },
    {
      method: "POST",
      path: `${base}/endpoint_groups`,
      handler: createGroup,
      access: "identity:create_endpoint_group",
      body: createEndpointGroup,
    },
    { method: "GET", path: group, handler: showGroup, access: "identity:get_endpoint_group" },
    {
      method: "PATCH",
      path: group,
      handler: updateGroup,
      access: "identity:update_endpoint_group",
      body: updateEndpointGroup,
    },
    { method: "DELETE", path: group, handler: deleteGroup, access: "identity:delete_endpoint_group" },
    {
      method: "GET",
      path: `${base}/endpoints/:endpoint_id/projects`,
      handler: listProjectsOfEndpoint,
      access: "identity:list_projects_for_endpoint",
    },
    {
      method: "GET",
      path: endpointInProject,
      handler: checkEndpoint,
      access: "identity:check_endpoint_in_project",
    },
    {
      method: "PUT",
      path: endpointInProject,
      handler: addEndpoint,
      access: "identity:add_endpoint_to_project",
    },
    {
      method: "DELETE",
      path: endpointInProject,
      handler: removeEndpoint,
      access: "identity:remove_endpoint_from_project",
    },
    {
      method: "GET",
      path: `${base}/projects/:project_id/endpoints`,
      handler: listEndpointsOfProject,
      access: "identity:list_endpoints_for_project",
    },
    {
      method: "GET",
      path: `${base}/projects/:project_id/endpoint_groups`,
      handler: listGroupsOfProject,
      access: "identity:list_endpoint_groups_for_project",
    },
    {
      method: "GET",
      path: `${group}/endpoints`,
      handler: listEndpointsOfGroup,
      access: "identity:list_endpoints_associated_with_endpoint_group",
    },
    {
      method: "GET",
      path: `${group}/projects`,
      handler: listProjectsOfGroup,
      access: "identity:list_projects_associated_with_endpoint_group",
    },
    {
      method: "GET",
      path: groupInProject,
      handler: showGroupInProject,
      access: "identity:get_endpoint_group_in_project",
    },
    {
      method: "PUT",
      path: groupInProject,
      handler: addGroupToProject,
      access: "identity:add_endpoint_group_to_project",
    },
    {
      method: "DELETE",
      path: groupInProject,
      handler: removeGroupFromProject,
      access: "identity:remove_endpoint_group_from_project",
    },
  ];
}

import type { Auth } from "../../auth.ts";
import { clientOf, trustIn } from "../address.ts";
import { type EndpointReply, type EndpointRequest } from "../endpoint.ts";
import type { Occupant } from "../place.ts";
import { told } from "../refusal.ts";
import { linkCookie } from "./cookie.ts";
import { crossSitePage, notAllowedPage, refusalPage } from "./notices.ts";
import { openLink } from "./open-link.ts";
import { fill, formPlace, pageNames, wayFrom, type PageName } from "./places.ts";
import { requested, requestLink } from "./request-link.ts";
import { isFetchedElsewhere, isSameOrigin } from "./same-origin.ts";
import { complete, setPassword } from "./set-password.ts";
import type { Views, Visit } from "./visit.ts";
import { en } from "./words/en.ts";
import { ru } from "./words/ru.ts";

/** What stands at each page; the link's own place holds a token or the form. */
const views: Readonly<Record<PageName, (params: EndpointRequest["params"]) => Views>> = {
  resetRequestPage: () => requestLink,
  resetDonePage: () => requested,
  resetLinkPage: ({ token }) => (token === formPlace ? setPassword : openLink),
  resetCompletePage: () => complete,
};

/** The pages that take somebody through a forgotten password, for sites without their own. */
export function pageEndpoints(auth: Auth, paths: Readonly<Record<PageName, string>>): Occupant[] {
  const { locale, trustedProxies, publicUrl } = auth.settings;
  const trust = trustIn(trustedProxies);
  const cookie = linkCookie(publicUrl);
  return pageNames.map((name) => {
    const path = paths[name];
    const visitOf = (request: EndpointRequest): Visit => {
      const client = clientOf(request, trust, locale);
      const words = client.locale === "ru" ? ru : en;
      const wayTo: Visit["wayTo"] = (to, values = {}) => wayFrom(path, fill(paths[to], values));
      return { auth, request, client, words, cookie, wayTo };
    };
    const refuse = (request: EndpointRequest, error: unknown): EndpointReply =>
      refusalPage(visitOf(request), told(auth, `${request.method} ${path}`, error));
    return {
      path,
      async handle(request) {
        try {
          return await answer(views[name](request.params), visitOf(request));
        } catch (error) {
          return refuse(request, error);
        }
      },
    };
  });
}

async function answer(offered: Views, visit: Visit): Promise<EndpointReply> {
  const { method, rawHeaders } = visit.request;
  if (method === "GET" || method === "HEAD") {
    return isFetchedElsewhere(rawHeaders) ? crossSitePage(visit) : offered.GET(visit);
  }
  if (method !== "POST" || offered.POST === undefined) {
    const allow = offered.POST === undefined ? "GET, HEAD" : "GET, HEAD, POST";
    return notAllowedPage(visit, allow);
  }
  if (!isSameOrigin(rawHeaders, visit.auth.settings.publicUrl)) return crossSitePage(visit);
  return offered.POST(visit);
}

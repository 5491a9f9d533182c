import { leaveBy, type Resolution, type Target } from '../decide/resolve.ts';
import type { Container } from '../decide/route-table.ts';
import type { ClientRequest, ClientResponse } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { RequestTarget } from '../entry/request-target.ts';
import { startExchange } from '../forward/asset-exchange.ts';
import type { Upstream } from '../forward/claim.ts';
import { countFailure, type ForwardContext } from '../forward/context.ts';
import { type ForwardRequest, fieldsOf } from '../forward/forward-request.ts';
import { AFFINITY_QUERY, EDGE_PATH, HEALTH_PATH, META_PATH } from '../protocol.ts';
import { headerOf } from '../raw-headers.ts';
import { failureAnswer } from '../report/answer.ts';
import { localAddress, withoutQueryKey } from '../report/document-request.ts';
import { staleReply } from '../report/pages.ts';
import type { Answer } from '../report/stale.ts';
import { choose } from './choose.ts';
import { endPageCookie } from './cookie.ts';
import { AnswerPlan } from './edit-answer.ts';
import { PartEdits } from './edit-part.ts';
import { acceptable } from './encoded/recoder.ts';
import { keepForm } from './gone-form.ts';
import { editedLines } from './header-lines.ts';
import { HealthResponse } from './health-response.ts';
import { kindOf, type PageKind } from './is-document.ts';
import { editsFor, type Lane, sampleOf } from './lane.ts';
import { reportAnswer, sendScript } from './own-answers.ts';
import type { PageHead } from './page-head.ts';
import { PageResponse } from './page-response.ts';
import { type Pin, type PinnedRequest, UNPINNED } from './pins.ts';
import { PublicOrigin } from './public-origin.ts';
import { withPin } from './redirects.ts';
import { strippedLines, strippedTarget } from './strip.ts';
import { workerVersion } from './tab-script.ts';
import { whereElse } from './where-else.ts';

/** What the edge answers itself, or speaks of for the app, is below it. */
const OWN_PATHS = '/_pulse/';

/** A request to a container app, with what its query or header named. */
export interface PageRequest {
	readonly request: ClientRequest;
	readonly response: ClientResponse;
	readonly head: RequestHead;
	readonly page: PageHead;
	readonly target: RequestTarget;
	/** `''`: neither names a version. */
	readonly affinity: string;
	readonly resolution: Resolution;
	readonly container: Container;
	/** `null` where no canary runs, and for who is not its visitor. */
	readonly lane: Lane | null;
}

/** One request to a container app: the edge's own, or refused, or claimed and forwarded with what the edge has to say in it. */
export function servePage(
	context: ForwardContext,
	asked: PageRequest,
	reply: (answer: Answer) => void,
	requestId: () => string,
) {
	const { request, response, head, page, target, container } = asked;
	const method = request.method!;
	const origin = new PublicOrigin(head, request);
	const session = container.affinity === 'session';
	const reads = method === 'GET' || method === 'HEAD';
	// Hardly any request is for these: one comparison for all of them.
	const own = target.path.startsWith(OWN_PATHS);
	if (own && target.path.startsWith(EDGE_PATH)) {
		if (reads && /\/tab\.[0-9a-f]+\.js$/.test(target.path)) return sendScript(request, response, target);
		const version = asked.resolution.kind === 'target' ? asked.resolution.target.id : null;
		const { fetchSite } = page;
		const by = version === null ? null : leaveBy(context.table, version);
		const moveWithin = by === null ? null : Math.max(0, Math.ceil((by - context.now()) / 1000));
		const sample = version === null || !context.comparesPageErrors() ? null : sampleOf(asked.lane, version);
		const own = { request, head, target, version, origin, fetchSite, moveWithin, sample };
		return reply(reportAnswer(own, context.presence));
	}
	const kind = kindOf(page);
	// It would turn the cookie before anybody looks at it (contract C1.11).
	if (page.early && kind === 'document') return reply(REFUSED);
	const foreign = isForeign(asked, kind, origin);
	if (foreign && reads) {
		const location = withoutQueryKey(target.forward, AFFINITY_QUERY);
		if (location !== null) return reply(moved(302, location));
	}
	const pinned: PinnedRequest = {
		method,
		query: target.query,
		kind,
		page,
		origin,
		session,
		worker: isWorker(asked, page),
	};
	const { served, source } = choose(context, asked.resolution, pinOf(asked, foreign), pinned);
	if (served === null) return replyGone(asked, kind, origin, reply);
	// Where a load balancer has sent it here by that cookie: without it, it goes to the active version.
	if (session && reads && kind === 'document' && leaveBy(context.table, served.id) !== null) {
		const location = page.pageCookie === served.id ? localAddress(target.forward) : null;
		if (location !== null) return reply(moved(302, location, ['set-cookie', endPageCookie(origin.secure)]));
	}
	if (kind === 'frame' && source === 'none' && reads) {
		const location = localAddress(withPin(target.forward, served.id));
		if (location !== null) return reply(moved(307, location));
	}
	const health = own && (target.path === META_PATH || target.path === HEALTH_PATH);
	if (health && !reads) return reply(failureAnswer('method-not-allowed'));
	if (health && target.path === HEALTH_PATH && container.healthHost !== undefined) head.host = container.healthHost;
	const stripped = health ? healthTarget(target, container) : strippedTarget(target);
	const version = pinned.worker ? workerVersion(served.id) : served.id;
	head.lines = strippedLines(page, request.rawHeaders, health ? 'document' : kind, version);
	if (pinned.worker) head.lines = editedLines(head.lines, request.rawHeaders, 'accept-encoding', acceptable);
	const upstream = context.upstreams.claimRequest(served);
	const sample = sampleOf(asked.lane, served.id);
	const id = requestId();
	let answered: Pick<ForwardRequest, 'response' | 'edits'>;
	if (health) {
		const probed = context.upstreams.probe(upstream);
		answered = { response: new HealthResponse(response, target.path, container, probed), edits: null };
	} else if (kind === 'part' && !pinned.worker) {
		answered = { response, edits: new PartEdits(pinned, source) };
	} else {
		const plan = new AnswerPlan(pinned, source);
		const broken = breaking(context, { request, target: stripped, requestId: id }, upstream);
		answered = { response: new PageResponse(response, plan, broken), edits: editsFor(asked.lane, plan) };
	}
	startExchange(
		context,
		// One literal, of the same form as a Pulse app's: each spread or later change of it cost a tenth of the whole request.
		{
			request,
			response: answered.response,
			head,
			target: stripped,
			upstream,
			seat: null,
			requestId: id,
			edits: answered.edits,
			sample,
		},
		health ? null : whereElse(context, pinned, head, source),
	);
}

/** Its app has sent something else than it said. */
function breaking(
	{ log }: ForwardContext,
	asked: Parameters<typeof fieldsOf>[0],
	upstream: Upstream,
): (error: Error) => void {
	return (error) => {
		countFailure(upstream.failures, 'bad-response');
		log.failed('bad-response', fieldsOf(asked, upstream), error);
	};
}

/** What a form has posted is not lost with the version that it was posted to. */
function replyGone(asked: PageRequest, kind: PageKind, origin: PublicOrigin, reply: (answer: Answer) => void): void {
	const { request, response, head, page, target } = asked;
	const stale = (kept: Answer | null = null) => {
		if (!response.destroyed) reply(kept ?? staleReply(request, head, target, 410));
	};
	const form = request.method === 'POST' && kind === 'document';
	if (!form || !keepForm({ request, head, page, target, origin }, stale)) stale();
}

/** What the query or the header named, unless another origin's page wrote it: that is as if there were none. */
function pinOf({ affinity, head }: Pick<PageRequest, 'affinity' | 'head'>, foreign: boolean): Pin {
	if (affinity === '') return UNPINNED;
	return { id: foreign ? '' : affinity, source: head.pinnedByHeader ? 'header' : 'query' };
}

/** A pin in an address that another origin's page led to: only this app may move a tab to a version. */
function isForeign({ affinity, head, page }: PageRequest, kind: PageKind, origin: PublicOrigin): boolean {
	if (kind !== 'document' || affinity === '' || head.pinnedByHeader) return false;
	if (page.fetchSite !== '') return page.fetchSite === 'cross-site' || page.fetchSite === 'same-site';
	// Browsers say nothing of it over plain http. What is not said by these either has to be believed.
	const from = head.origin === '' || head.origin === 'null' ? page.referer : head.origin;
	return from !== '' && !origin.isOwn(from);
}

/** Pinned by its address, which is all that it knows of its version. */
function isWorker({ request, affinity, head }: PageRequest, { fetchDest }: PageHead): boolean {
	if (affinity === '' || (fetchDest !== 'worker' && fetchDest !== 'sharedworker')) return false;
	return request.method === 'GET' && !head.pinnedByHeader && headerOf(request.rawHeaders, 'range') === undefined;
}

function healthTarget(target: RequestTarget, { healthPath }: Container): RequestTarget {
	const forward = /^\/[\x21-\x7e]*$/.test(healthPath) ? healthPath : '/';
	const [path = '', query = ''] = forward.split('?', 2);
	return { ...target, forward, path, query };
}

function moved(status: 302 | 307, location: string, more: readonly string[] = []): Answer {
	return { status, headers: ['location', location, ...more], body: '' };
}

const REFUSED: Answer = { status: 503, headers: [], body: '' };

/** A websocket's version and what its app is asked, `null` when the version is gone. */
export function socketTarget(
	context: ForwardContext,
	asked: Pick<PageRequest, 'head' | 'page' | 'target' | 'affinity' | 'resolution' | 'container'> & {
		readonly request: Pick<ClientRequest, 'rawHeaders' | 'socket'>;
	},
): { served: Target; target: RequestTarget } | null {
	const { request, head, page, target, container } = asked;
	const session = container.affinity === 'session';
	const pinned = {
		method: 'GET',
		query: target.query,
		kind: 'part',
		page,
		origin: new PublicOrigin(head, request),
		session,
	} as const;
	const { served } = choose(context, asked.resolution, pinOf(asked, false), pinned);
	if (served === null) return null;
	head.lines = strippedLines(page, request.rawHeaders, 'part', served.id);
	return { served, target: strippedTarget(target) };
}

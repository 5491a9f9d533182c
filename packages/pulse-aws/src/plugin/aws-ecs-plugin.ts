import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Directives, NewestLeases, Plugin, PluginContext } from 'pulse-app';
import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import { secondsUntil } from 'pulse-deploy-kit/departure';
import { regionFrom } from '../config/region.ts';
import type { Aws } from '../platform/aws.ts';
import { parameterStore } from '../platform/parameter-store.ts';
import type { TaskLists } from '../platform/task-addresses.ts';
import { AFFINITY_QUERY, DEFAULT_HEALTH_PATH, META_PATH, METRICS_VARIABLE, REPLICA_QUERY } from '../protocol.ts';
import type { Replicas } from '../replicas/replicas.ts';
import { CanaryParts } from '../task/canary-part.ts';
import { type TaskVariables, watchDrain } from '../task/drain-watch.ts';
import type { TaskUse } from '../task/drain-word.ts';
import { publishMetrics } from '../task/metrics.ts';
import { answerMeta } from './answer-meta.ts';
import { pluginBrand } from './brand.ts';
import { countPageError, countSocket } from './canary-socket.ts';
import { countVisit } from './canary-visit.ts';
import { findReplicas } from './find-replicas.ts';
import { parameterLeases } from './newest-lease.ts';
import { endLeftCookie } from './page-cookie.ts';
import { answerStale } from './stale-answer.ts';
import { readVariables } from './variables.ts';

/** Of the time that a task has to end; the rest is for pages to leave. */
const RELOAD_PART = 0.8;

/** For tests and unusual clients; none is needed on AWS. */
export interface AWSECSPluginOptions {
	/** Parameter Store. Default: the SDK's client in the task's region. */
	readonly ssm?: Pick<Aws['ssm'], 'getParameters' | 'putParameter'>;
	/** Lists of tasks. Default: the SDK's client in the task's region. */
	readonly ecs?: TaskLists;
	/** Default: the system's. */
	readonly clock?: Clock;
	/** Uniform in [0, 1), for jitter. Default `Math.random`. */
	readonly random?: () => number;
}

/**
 * Ties an app to its deployment on AWS: pages stay on the deployment that served them, and at its task that holds their
 * session; its tasks tell the reaper when no user needs them any more, and requests of what is gone are told to reload. It does
 * nothing in development and where pulse-railway deployed the app; anywhere else the absence of the `PULSE_AWS_*` variables stops
 * the start.
 */
export class AWSECSPlugin implements Plugin {
	readonly [pluginBrand] = 1;
	readonly name = 'aws-ecs';
	readonly priority = 100;
	readonly #given: AWSECSPluginOptions;
	#variables: TaskVariables | null = null;
	/** On another platform, whose own plugin answers. */
	#elsewhere = false;
	/** At the last look. */
	#state: string | null = null;
	#isEnding = false;
	#context: PluginContext | null = null;
	/** `null`: pages stay at their task by the load balancer's cookie alone. */
	#replicas: Replicas | null = null;
	#ssm: Pick<Aws['ssm'], 'getParameters' | 'putParameter'> | null = null;
	/** This task's part in a canary that runs. */
	#canary: CanaryParts | null = null;
	#stop: AbortController | null = null;
	#watching: Promise<void> = Promise.resolve();
	/** Ends when it is said otherwise by when its pages are to move. */
	#moving: AbortController | null = null;

	constructor(options: AWSECSPluginOptions = {}) {
		this.#given = options;
	}

	async onStart(context: PluginContext): Promise<void> {
		if (this.#stop !== null) throw new Error('this AWSECSPlugin is already attached to another app');
		const variables = readVariables(context.env, context.environment);
		this.#stop = new AbortController();
		this.#elsewhere = variables === 'elsewhere';
		if (typeof variables === 'string') return;
		this.#variables = variables;
		this.#context = context;
		const clock = this.#given.clock ?? systemClock;
		const random = this.#given.random ?? Math.random;
		const { signal } = this.#stop;
		this.#replicas = await findReplicas({ variables, ecs: this.#given.ecs, context, clock, random, signal });
		const ssm = this.#given.ssm ?? (await parameterStore(regionFrom(undefined, context.env), context.env));
		this.#ssm = ssm;
		this.#publish(context, variables, clock, signal);
		const sees = context.tellsPageErrors === true ? 'sockets and errors' : 'sockets';
		this.#canary = new CanaryParts(variables.deploymentId, sees);
		this.#watching = watchDrain({
			variables,
			canary: this.#canary,
			ssm,
			inUse: () => inUse(context),
			onState: (state) => {
				this.#state = state;
			},
			onLeaveBy: (by) => this.#moveBy(by, context),
			log: context.log,
			clock,
			random,
			signal,
		});
	}

	/** Where the deploy asked for them. */
	#publish(context: PluginContext, variables: TaskVariables, clock: Clock, signal: AbortSignal): void {
		const { env, log } = context;
		if (env[METRICS_VARIABLE] !== '1') return;
		const figures = () => {
			const { requestsBegun: requests, requests: inFlight, sockets } = inUse(context);
			return { requests, inFlight, sockets, residentBytes: process.memoryUsage.rss() };
		};
		void publishMetrics({ ...variables, figures, log, clock, signal });
	}

	newestLeases(): NewestLeases | null {
		if (this.#ssm === null || this.#variables === null) return null;
		const { deploymentName, deploymentId } = this.#variables;
		return parameterLeases({ ssm: this.#ssm, deploymentName, deploymentId });
	}

	/**
	 * The tasks of a deployment that drains are ended when it has no visitors, or at its longest age: its pages load the newest
	 * version then. Those of any other deployment come back to a new task, and would find none now.
	 */
	onStopping(budgetMs: number): void {
		this.#isEnding = true;
		if (this.#state === 'draining') this.#context?.reloadWithin?.(0, budgetMs * RELOAD_PART);
	}

	/** An older pulse-app knows no such time: its pages, which load anew at once, are told when it is over. */
	#moveBy(by: number | null, context: PluginContext): void {
		const clock = this.#given.clock ?? systemClock;
		this.#moving?.abort();
		this.#moving = new AbortController();
		const { reloadWithin, takeBackReload } = context as Partial<PluginContext>;
		if (by === null) return void takeBackReload?.call(context);
		if (reloadWithin !== undefined) return void reloadWithin.call(context, secondsUntil(by, clock.now()));
		const { signal } = this.#moving;
		clock.sleep(Math.max(0, by - clock.now()), signal).then(
			() => context.reload(),
			() => {},
		);
	}

	async onStop(): Promise<void> {
		this.#stop?.abort();
		this.#moving?.abort();
		await this.#watching;
		this.#stop = null;
		this.#context = null;
		this.#ssm = null;
		this.#state = null;
		this.#variables = null;
		this.#replicas = null;
		this.#canary = null;
		this.#elsewhere = false;
		this.#isEnding = false;
	}

	/** No reload flag: a socket whose deployment is gone reaches the newest one by itself, which tells it to reload. */
	onPrerender(directives: Directives): void {
		if (this.#variables === null) return;
		const pins = {
			[AFFINITY_QUERY]: this.#variables.deploymentId,
			...(this.#replicas === null ? {} : { [REPLICA_QUERY]: this.#replicas.token }),
		};
		Object.assign(directives.query, pins);
		directives.socketio.query = pins;
	}

	onConnect(query: Readonly<Record<string, string>>): true | 'reload' {
		return this.#isForeign(query[AFFINITY_QUERY]) ? 'reload' : true;
	}

	onRequest(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean> {
		const { path, affinity } = addressOf(request);
		const other = this.#replicas?.otherOf(request) ?? null;
		if (path !== DEFAULT_HEALTH_PATH && this.#isForeign(affinity)) {
			answerStale(request, response);
			return true;
		}
		const isOfTask = path === DEFAULT_HEALTH_PATH || path === META_PATH;
		if (other !== null && !isOfTask) return this.#passOn(request, response, other);
		if (this.#variables !== null && !isOfTask) this.#serve(request, response);
		if (path !== META_PATH || this.#elsewhere) return false;
		answerMeta(request, response, this.#variables);
		return true;
	}

	/** A socket whose task is gone is let in here, as one whose deployment is: it is told to reload. */
	async onUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<boolean> {
		const other = this.#replicas?.otherOf(request) ?? null;
		if (this.#isForeign(addressOf(request).affinity)) return false;
		const isPassed = other !== null && (await this.#replicas?.passSocket(request, socket, head, other)) === 'passed';
		const part = this.#canary?.part ?? null;
		if (part !== null && !isPassed) countSocket(part, request, socket, () => this.#isEnding);
		return isPassed;
	}

	onPageError(headers: IncomingHttpHeaders, sessionId: string): void {
		const part = this.#canary?.part ?? null;
		if (part !== null) countPageError(part, headers, sessionId);
	}

	async #passOn(request: IncomingMessage, response: ServerResponse, other: string): Promise<boolean> {
		const passed = await this.#replicas?.pass(request, response, other);
		if (passed === 'gone') answerStale(request, response);
		else if (passed === 'passed') this.#context?.passedOn?.(response);
		else this.#serve(request, response);
		return passed === 'gone' || passed === 'passed';
	}

	/** By the app, here. */
	#serve(request: IncomingMessage, response: ServerResponse): void {
		endLeftCookie(request, response);
		const part = this.#canary?.part ?? null;
		if (part !== null) countVisit(part, request, response);
	}

	/** Once its rule is gone, the load balancer sends a retired deployment's requests to the newest one. */
	#isForeign(id: string | undefined): boolean {
		return this.#variables !== null && id !== undefined && id !== '' && id !== this.#variables.deploymentId;
	}
}

/** `affinity`: of the deployment that its query names, the last where it names several. */
function addressOf({ url = '' }: IncomingMessage): { path: string; affinity: string | undefined } {
	const [path = '', query = ''] = url.split(/\?(.*)/s, 2);
	return { path, affinity: new URLSearchParams(query).getAll(AFFINITY_QUERY).at(-1) };
}

/** An app may have an older pulse-app, which counts render sessions alone, or knows nothing of what its pages say. */
export function inUse(app: Pick<PluginContext, 'renderSessions'> & Partial<PluginContext>): TaskUse {
	const sessionsAlone = { renderSessions: app.renderSessions().total, sockets: 0, requests: 0, requestsBegun: 0 };
	const pages = app.pages?.();
	return { ...(app.inUse?.() ?? sessionsAlone), ...(pages === undefined ? {} : { pages }) };
}

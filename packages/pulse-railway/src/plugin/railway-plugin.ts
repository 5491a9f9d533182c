import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Directives, NewestLeases, Plugin, PluginContext } from 'pulse-app';
import { AFFINITY_QUERY, RELOAD_ON_STALE_QUERY, REPLICA_QUERY, REPLICA_WORD_HEADER } from 'pulse-edge/protocol';
import { readReplicaWord } from 'pulse-edge/upstream/replica-token';
import { DEPLOYMENT_ID_VARIABLE, INTERNAL_TOKEN_VARIABLE } from '../protocol.ts';
import { routerLine } from './ask-router.ts';
import { pluginBrand } from './brands.ts';
import { answerEndpoint, send } from './endpoints.ts';
import { routerLeases } from './newest-leases.ts';
import { normaliseOptions, type RailwayPluginOptions } from './options.ts';
import { PageErrorTeller } from './page-errors.ts';

/**
 * Ties an app to its deployment on Railway: pages stay on the deployment that served them, the janitor can ask how many
 * sessions are left and tell browsers to reload. Does nothing where `PULSE_DEPLOYMENT_ID` is not set.
 */
export class RailwayPlugin implements Plugin {
	readonly [pluginBrand] = 1;
	readonly name = 'railway';
	readonly priority = 100;
	readonly options: Readonly<Record<string, unknown>> & RailwayPluginOptions;
	#context: PluginContext | null = null;
	#deploymentId: string | null = null;
	/** The router's last word of which replica this is, and what pages call it by. */
	#replica: { readonly word: string; readonly token: string } | null = null;

	/** `null`: an older pulse-app says nothing of pages, or there is no router to tell. */
	#pageErrors: PageErrorTeller | null = null;

	constructor(options: RailwayPluginOptions = {}) {
		this.options = { ...normaliseOptions(options) };
	}

	onStart(context: PluginContext): void {
		if (this.#context !== null) throw new Error('this RailwayPlugin is already attached to another app');
		this.#context = context;
		this.#deploymentId = context.env[DEPLOYMENT_ID_VARIABLE]?.trim() || null;
		const secret = context.env[INTERNAL_TOKEN_VARIABLE];
		if (this.#deploymentId === null || !secret || context.tellsPageErrors !== true) return;
		const router = routerLine(context.env, this.options);
		this.#pageErrors = new PageErrorTeller({ deploymentId: this.#deploymentId, secret, router });
	}

	onStop(): void {
		this.#context = null;
		this.#deploymentId = null;
		this.#replica = null;
		this.#pageErrors?.close();
		this.#pageErrors = null;
	}

	/** All deployments of an environment hold the same internal token. */
	sessionSecret(env: Readonly<Record<string, string | undefined>>): string | undefined {
		return env[INTERNAL_TOKEN_VARIABLE] || undefined;
	}

	newestLeases(): NewestLeases | null {
		if (this.#context === null || this.#deploymentId === null) return null;
		return routerLeases(this.#deploymentId, this.#context.env, this.options);
	}

	onPrerender(directives: Directives): void {
		if (this.#deploymentId === null) return;
		const pin: Record<string, string> = { [AFFINITY_QUERY]: this.#deploymentId };
		// Where the router finds one address alone it says nothing, and pages need no more.
		if (this.#replica !== null) pin[REPLICA_QUERY] = this.#replica.token;
		Object.assign(directives.query, pin);
		directives.socketio.query = { ...pin, [RELOAD_ON_STALE_QUERY]: '1' };
	}

	onPageError({ cookie }: IncomingHttpHeaders, sessionId: string): void {
		this.#pageErrors?.tell(cookie, sessionId);
	}

	/** A socket of a deployment that is gone was let through to this one, to be told so (contract R3.2). */
	onConnect(query: Readonly<Record<string, string>>): true | 'reload' {
		const wanted = query[AFFINITY_QUERY];
		return this.#deploymentId === null || !wanted || wanted === this.#deploymentId ? true : 'reload';
	}

	onRequest(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean> {
		if (this.#context === null) return false;
		const internalToken = this.#context.env[INTERNAL_TOKEN_VARIABLE] || null;
		this.#hearWhich(request, internalToken);
		const tellsPageErrors = () => this.#pageErrors?.tells === true;
		const facts = { deploymentId: this.#deploymentId, internalToken, app: this.#context, tellsPageErrors };
		const answer = answerEndpoint(facts, request);
		if (answer === null) return false;
		return Promise.resolve(answer).then((answered) => {
			send(response, answered);
			return true;
		});
	}

	/** With whatever it asks for: before a page is made, the router has said it. No header of the app's. */
	#hearWhich({ headers }: IncomingMessage, secret: string | null): void {
		const word = headers[REPLICA_WORD_HEADER];
		if (word === undefined) return;
		delete headers[REPLICA_WORD_HEADER];
		if (typeof word !== 'string' || secret === null || word === this.#replica?.word) return;
		const token = readReplicaWord(secret, word);
		if (token !== null) this.#replica = { word, token };
	}
}

import { Agent, get } from 'node:http';
import { Tab } from './tab.ts';

/** How long processes of one router may take to follow a change of the store (contract R4.16). */
const FOLLOW_MS = 1_000;

/** What a load saw; everything that should not happen is counted by kind and kept as the first few words of each. */
export interface LoadReport {
	readonly requests: number;
	readonly messages: number;
	readonly sockets: number;
	readonly failedRequests: number;
	readonly lostSockets: number;
	readonly unansweredMessages: number;
	/** A pinned request, a counter or a new visitor that was answered by a deployment it should not meet. */
	readonly wrongVersion: number;
	/** How long after the newest had answered the one before was still met by a new visitor. */
	readonly followedMs: number;
	/** Requests answered, by deployment. */
	readonly byDeployment: Readonly<Record<string, number>>;
	readonly complaints: readonly string[];
}

/**
 * Users of a deployment, without pause: pinned requests and new visitors at a steady rate, and tabs that keep counting.
 * New visitors may move from `deployment` to a newer one once, and once every process of the router follows never back.
 */
export class Load {
	readonly #origin: string;
	readonly #deployment: string;
	readonly #rate: number;
	readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
	readonly #tabs: Tab[] = [];
	readonly #counting: Promise<void>[] = [];
	readonly #pending = new Set<Promise<void>>();
	readonly #complaints: string[] = [];
	readonly #byDeployment: Record<string, number> = {};
	#timer: NodeJS.Timeout | null = null;
	#stopped = false;
	#requests = 0;
	#messages = 0;
	#failed = 0;
	#unanswered = 0;
	#wrong = 0;
	#newest: string;
	/** When the newest one answered first. */
	#newestAt = 0;
	#followedMs = 0;

	private constructor(origin: string, deployment: string, rate: number) {
		this.#origin = origin;
		this.#deployment = deployment;
		this.#rate = rate;
		this.#newest = deployment;
	}

	static async start(options: {
		readonly origin: string;
		readonly deployment: string;
		readonly requestsPerSecond: number;
		readonly sockets: number;
	}): Promise<Load> {
		const load = new Load(options.origin, options.deployment, options.requestsPerSecond);
		for (let opened = 0; opened < options.sockets; opened += 10) {
			const batch = Math.min(10, options.sockets - opened);
			load.#tabs.push(...(await Promise.all(Array.from({ length: batch }, () => Tab.open(options.origin)))));
		}
		load.#counting.push(...load.#tabs.map((tab) => load.#keepCounting(tab)));
		load.#startRequests();
		return load;
	}

	/** Requests that this deployment has answered so far. */
	answeredBy(deployment: string): number {
		return this.#byDeployment[deployment] ?? 0;
	}

	/** Ends the traffic, waits for what is under way and says what was seen. */
	async stop(): Promise<LoadReport> {
		this.#stopped = true;
		if (this.#timer) clearInterval(this.#timer);
		await Promise.all([...this.#counting, ...this.#pending]);
		const lostSockets = this.#tabs.reduce((sum, tab) => sum + tab.lost, 0);
		for (const tab of this.#tabs) tab.close();
		this.#agent.destroy();
		return {
			requests: this.#requests,
			messages: this.#messages,
			sockets: this.#tabs.length,
			failedRequests: this.#failed,
			lostSockets,
			unansweredMessages: this.#unanswered,
			wrongVersion: this.#wrong,
			followedMs: this.#followedMs,
			byDeployment: this.#byDeployment,
			complaints: this.#complaints,
		};
	}

	/** The schedule is kept by elapsed time, so that a slow answer never lowers the rate. */
	#startRequests(): void {
		const begun = performance.now();
		let sent = 0;
		this.#timer = setInterval(() => {
			const due = ((performance.now() - begun) / 1000) * this.#rate;
			for (; sent < due; sent += 1) {
				const request = this.#request(sent % 2 === 0).finally(() => this.#pending.delete(request));
				this.#pending.add(request);
			}
		}, 10);
	}

	async #request(pinned: boolean): Promise<void> {
		const path = pinned ? `/?pulse_deployment=${this.#deployment}` : '/';
		const newestBefore = this.#newest;
		const begun = performance.now();
		this.#requests += 1;
		try {
			const { status, deployment } = await this.#get(path);
			if (status !== 200) throw new Error(`status ${status}`);
			this.#byDeployment[deployment] = (this.#byDeployment[deployment] ?? 0) + 1;
			if (pinned && deployment !== this.#deployment) this.#wrongVersion(`${path} was answered by ${deployment}`);
			if (pinned) return;
			// Only requests that began after a new one was seen can prove a step back.
			if (newestBefore !== this.#deployment && deployment === this.#deployment) {
				const late = begun - this.#newestAt;
				this.#followedMs = Math.max(this.#followedMs, late);
				if (late > FOLLOW_MS) this.#wrongVersion(`a new visitor went back from ${newestBefore} to ${deployment}`);
			}
			if (deployment !== this.#deployment && deployment !== this.#newest) {
				this.#newest = deployment;
				this.#newestAt = performance.now();
			}
		} catch (error) {
			this.#failed += 1;
			this.#complain(`${path}: ${String(error)}`);
		}
	}

	#get(path: string): Promise<{ status: number; deployment: string }> {
		return new Promise((resolve, reject) => {
			get(`${this.#origin}${path}`, { agent: this.#agent, timeout: 10_000 }, (response) => {
				let page = '';
				response.setEncoding('utf8').on('data', (chunk: string) => {
					page += chunk;
				});
				response.once('error', reject).once('end', () => {
					// Not every platform's front says it; the counter's page does.
					const deployment =
						response.headers['x-pulse-selected-deployment'] ?? /data-deployment="([^"]*)"/.exec(page)?.[1];
					resolve({ status: response.statusCode ?? 0, deployment: String(deployment) });
				});
			})
				.once('timeout', function (this: { destroy(error: Error): void }) {
					this.destroy(new Error('no answer within 10 s'));
				})
				.once('error', reject);
		});
	}

	/** A counter that skips, repeats or starts again has lost its state, even if every message was answered. */
	async #keepCounting(tab: Tab): Promise<void> {
		let expected = 1;
		while (!this.#stopped) {
			this.#messages += 1;
			try {
				const answer = await tab.increment();
				if (answer.count !== expected || answer.deployment !== this.#deployment) {
					this.#wrongVersion(`a counter at ${expected} got ${answer.count} from ${answer.deployment}`);
				}
				expected = answer.count + 1;
			} catch (error) {
				this.#unanswered += 1;
				this.#complain(String(error));
			}
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
	}

	#wrongVersion(text: string): void {
		this.#wrong += 1;
		this.#complain(text);
	}

	#complain(text: string): void {
		if (this.#complaints.length < 5) this.#complaints.push(text);
	}
}

import { setTimeout as delay } from 'node:timers/promises';
import { Visitor } from '../../../packages/pulse-railway/src/router/testing/visitor.ts';

/** A machine that is busy with all of them is slow. */
const ANSWER_MS = 20_000;

interface Counted {
	readonly count: number;
	readonly deployment: string;
}

/** What went wrong for some, counted; and what all did. */
export class Tally {
	increments = 0;
	requests = 0;
	/** When pages were loaded anew, Unix milliseconds. */
	readonly loads: number[] = [];
	readonly wrong = { 'failed requests': 0, 'lost increments': 0, 'answers of another version': 0, 'lost pages': 0 };
	readonly told: string[] = [];

	fault(kind: keyof Tally['wrong'], what: string): void {
		this.wrong[kind] += 1;
		if (this.told.length < 20) this.told.push(what);
	}
}

/** A person at a page of the counter (`examples/counter`): counts, asks, has something unsaved for a while, and loads anew when told. */
export class Person {
	readonly #origin: string;
	readonly #name: string;
	readonly #tally: Tally;
	#page!: Visitor;
	/** Of its page: in memory, on its deployment. */
	#inTab = 0;
	/** In its session. */
	#clicked = 0;
	#isLeaving = false;
	deployment = '';

	constructor(origin: string, name: string, tally: Tally) {
		this.#origin = origin;
		this.#name = name;
		this.#tally = tally;
	}

	async open(): Promise<void> {
		this.#tally.requests += 2;
		this.#page = await Visitor.open(this.#origin, this.#page);
		this.deployment = deploymentIn(this.#page.document) ?? '';
		this.#inTab = 0;
		await this.#page.connect();
		this.#isLeaving = false;
		this.#page.socket?.on('disconnect', (why) => {
			if (!this.#isLeaving) this.#tally.fault('lost pages', `${this.#name}: its socket was closed, ${why}`);
		});
	}

	async live(ended: () => boolean): Promise<void> {
		// Not all in one moment.
		await delay(Math.random() * 2_000);
		while (!ended()) {
			if (this.#page.reload) await this.#loadAnew();
			const what = Math.random();
			if (what < 0.4) await this.#increment('visitor');
			else if (what < 0.7) await this.#increment('tab');
			else if (what < 0.9) await this.#ask();
			else await this.#write();
			await this.#pause(500 + Math.random() * 2_000, () => this.#page.reload);
		}
	}

	/** What its session has, at the end. */
	async settle(): Promise<void> {
		const count = (await this.#request('visitor', 'read'))?.count;
		if (count !== this.#clicked)
			this.#tally.fault('lost increments', `${this.#name}: ${this.#clicked} clicks, the session has ${count}`);
	}

	leave(): void {
		this.#isLeaving = true;
		this.#page.close();
	}

	async #pause(ms: number, isOver: () => boolean): Promise<void> {
		for (const until = Date.now() + ms; Date.now() < until && !isOver(); ) await delay(25);
	}

	async #increment(channel: 'visitor' | 'tab'): Promise<void> {
		const answer = await this.#request(channel, 'increment');
		if (answer === null) return;
		this.#tally.increments += 1;
		const expected = channel === 'visitor' ? ++this.#clicked : ++this.#inTab;
		if (answer.count !== expected)
			this.#tally.fault('lost increments', `${this.#name}: ${channel} counts ${answer.count}, not ${expected}`);
		this.#isOwn(answer.deployment, channel);
	}

	async #ask(): Promise<void> {
		this.#tally.requests += 1;
		const response = await this.#page.fetch('/');
		if (!response.ok) this.#tally.fault('failed requests', `${this.#name}: ${response.status}`);
		this.#isOwn(deploymentIn(await response.text()), 'fetch');
	}

	/** Something unsaved, for a moment: a page that has it waits. */
	async #write(): Promise<void> {
		const until = Date.now() + 500 + Math.random() * 2_500;
		await this.#pause(until - Date.now(), () => this.#page.reload);
		if (!this.#page.reload) return;
		this.#page.say({ type: 'reload_state', state: 'held', reason: 'something unsaved' });
		await this.#pause(until - Date.now(), () => false);
	}

	async #loadAnew(): Promise<void> {
		this.#page.say({ type: 'reload_state', state: 'now' });
		this.leave();
		this.#tally.loads.push(Date.now());
		await this.open();
	}

	#isOwn(by: string | undefined, what: string): void {
		if (by === this.deployment) return;
		const text = `${this.#name}: ${what} of ${this.deployment} answered by ${by}`;
		this.#tally.fault('answers of another version', text);
	}

	/** `null`: there was no answer, which is counted. */
	async #request(channel: string, event: string): Promise<Counted | null> {
		this.#tally.requests += 1;
		try {
			return (await this.#page.request(channel, event, ANSWER_MS)) as Counted;
		} catch (error) {
			this.#tally.fault('failed requests', `${this.#name}: ${channel} ${event}: ${(error as Error).message}`);
			return null;
		}
	}
}

/** The counter's page says which deployment has made it. */
function deploymentIn(page: string): string | undefined {
	return /data-deployment="([^"]*)"/.exec(page)?.[1];
}

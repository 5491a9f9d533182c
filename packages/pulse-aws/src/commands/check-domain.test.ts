import { CancelledError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { afterEach, describe, expect, test } from 'vitest';
import type { RoutingFacts } from '../domain/routing.ts';
import { deploy } from './deploy.ts';
import { type Account, asked, DOMAIN, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

describe('A9.3: a domain that leads elsewhere', () => {
	const elsewhere: RoutingFacts = {
		domain: DOMAIN,
		loadBalancer: 'alb',
		aliases: [],
		domainAddresses: ['192.0.2.1'],
		loadBalancerAddresses: ['198.51.100.1'],
		cloudflare: false,
		verification: null,
	};
	/** Counts the looks at the domain, which leads to the load balancer from the n-th on. */
	async function looked(answers: readonly (boolean | string)[], rightFrom = Number.POSITIVE_INFINITY) {
		account = await openAccount();
		const { session, host } = account.connect({ answers });
		let looks = 0;
		const lookAtDomain: typeof session.lookAtDomain = async () =>
			++looks < rightFrom ? elsewhere : { ...elsewhere, aliases: ['alb'] };
		const ready = (await deploy({ ...session, lookAtDomain }, await asked())).result?.domain_ready;
		return { ready, looks, text: host.text() };
	}

	test('is looked at once where nobody is there, and the deploy has succeeded', async () => {
		const { ready, looks, text } = await looked([]);
		expect([ready, looks]).toEqual(['False', 1]);
		expect(text).toContain(`${DOMAIN} CNAME `);
	});

	test('is looked at again at Enter, as often as it is pressed, until it is right', async () => {
		// The first question is about the baseline.
		expect(await looked([true, ...Array(11).fill('again')], 12)).toMatchObject({ ready: 'True', looks: 12 });
	});

	test('is left as it is by typing skip, and by --yes', async () => {
		for (const answer of ['skip', true]) {
			expect(await looked([true, 'again', answer])).toMatchObject({ ready: 'False', looks: 2 });
			await account.close();
		}
	});

	test('is asked about in words that users of the tool before know, and never without a person', async () => {
		account = await openAccount();
		const { session, host } = account.connect({ answers: [true] });
		await deploy({ ...session, lookAtDomain: async () => elsewhere }, await asked());
		expect(host.questions.at(-1)).toMatchObject({
			answers: { again: [''], skip: ['skip'], cancel: ['cancel', 'c', 'quit', 'q'] },
			default: 'skip',
			budgetMs: 300_000,
		});
	});

	test.each<[string, Partial<Host>]>([
		['by typing cancel', { choose: async ({ answers }) => Object.keys(answers).at(-1) as never }],
		['by Ctrl-C', { choose: async () => Promise.reject(new CancelledError()) }],
	])('may be left %s, and the error does not say that nothing was changed', async (_, answering) => {
		account = await openAccount();
		const { session } = account.connect();
		const host = { ...session.host, ...answering };
		const cancelled = deploy({ ...session, host, lookAtDomain: async () => elsewhere }, await asked());
		await expect(cancelled).rejects.toMatchObject({
			message: 'Deployment cancelled by user',
			detail: expect.stringContaining('It is live'),
		});
	});
});

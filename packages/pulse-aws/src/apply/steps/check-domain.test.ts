import { CancelledError } from 'pulse-deploy-kit/errors';
import { afterEach, describe, expect, test } from 'vitest';
import type { RoutingFacts } from '../../domain/routing.ts';
import { deploy } from '../deploy.ts';
import { type Account, asked, DOMAIN, openAccount } from '../testing/account.ts';

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
	async function looked(answers: readonly boolean[], rightFrom = Number.POSITIVE_INFINITY) {
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

	test('is looked at again as often as asked, and never for ever', async () => {
		// The first question is about the baseline.
		expect(await looked([true, true, true], 3)).toMatchObject({ ready: 'True', looks: 3 });
		await account.close();
		expect(await looked(Array(100).fill(true))).toMatchObject({ ready: 'False', looks: 10 });
	});

	test('may be left by cancelling, and the error does not say that nothing was changed', async () => {
		account = await openAccount();
		const { session } = account.connect();
		const host: typeof session.host = {
			...session.host,
			ask: async ({ text, default: value }) => {
				if (text === 'Look again?') throw new CancelledError();
				return value;
			},
		};
		const cancelled = deploy({ ...session, host, lookAtDomain: async () => elsewhere }, await asked());
		await expect(cancelled).rejects.toMatchObject({
			message: 'Deployment cancelled by user',
			detail: expect.stringContaining('It is live'),
		});
	});
});

import type { LookupFunction } from 'node:net';
import type { Address, ServiceNetwork } from 'pulse-edge/upstream/network';
import { expect, it } from 'vitest';
import { ownPorts } from './own-ports.ts';

/** Everything of it is its prototype's. */
class Network implements ServiceNetwork {
	readonly #host: string = '127.0.0.1';
	address(_: string, port: number): Address {
		return { host: this.#host, port };
	}
	refresh(): boolean {
		return this.#host === '';
	}
	get lookup(): LookupFunction {
		return this.find;
	}
	find(name: string, _: unknown, answer: Parameters<LookupFunction>[2]): void {
		answer(null, `${this.#host} for ${name}`, 4);
	}
}

it('keeps what a network of a class has, name resolution too', () => {
	const container = { affinity: 'tab', healthPath: '/', port: 8501 } as const;
	const table = { deployment: (id: string) => (id === 'a' ? { container } : undefined) } as never;
	const network = ownPorts(new Network(), table, 'svc-');
	expect(network.address('svc-a', 8000)).toEqual({ host: '127.0.0.1', port: 8501 });
	expect(network.address('svc-b', 8000).port).toBe(8000);
	expect(network.refresh('svc-a', 8000, { host: '', port: 1 })).toBe(false);
	const answers: unknown[] = [];
	network.lookup?.('svc-a', {}, (_, address) => answers.push(address));
	expect(answers).toEqual(['127.0.0.1 for svc-a']);
});

it('replicas of a container app are looked for at its own port, too', async () => {
	const container = { affinity: 'tab', healthPath: '/', port: 8501 } as const;
	const table = { deployment: (id: string) => (id === 'a' ? { container } : undefined) } as never;
	const asked: number[] = [];
	const replicas = {
		seen: (_: string, port: number) => [{ host: '127.0.0.1', port }],
		look: async (_: string, port: number) => asked.push(port) > 0,
	};
	const network = ownPorts({ address: () => ({ host: '', port: 0 }), refresh: () => false, replicas }, table, '');
	expect(network.replicas?.seen('a', 8000)).toEqual([{ host: '127.0.0.1', port: 8501 }]);
	await network.replicas?.look('b', 8000);
	expect(asked).toEqual([8000]);
});

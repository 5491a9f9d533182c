import { expect, test } from 'vitest';
import { agreeing, type Host, type HostChoice, type HostMessage } from './host.ts';

class OwnHost implements Host {
	readonly #told: string[] = [];

	notify({ text }: HostMessage): void {
		this.#told.push(text);
	}

	async ask(): Promise<boolean> {
		return false;
	}

	async choose<Answer extends string>({ default: answer }: HostChoice<Answer>): Promise<Answer> {
		return answer;
	}

	text(): string {
		return this.#told.join();
	}
}

test('a program that agrees by its call keeps its host, also one that is a class', async () => {
	const host = new OwnHost();
	const agreed = agreeing(host);
	agreed.notify({ level: 'info', text: 'heard' });
	expect(host.text()).toBe('heard');
	expect(await agreed.ask({ text: 'Delete?', default: false })).toBe(true);
	const question = { text: 'Which?', answers: { one: ['1'], two: ['2'] }, default: 'two', yes: 'one' } as const;
	expect(await agreed.choose(question)).toBe('two');
});

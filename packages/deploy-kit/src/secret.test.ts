import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { maskSecrets, maskUrlPassword, Secret } from './secret.ts';

describe('a secret', () => {
	const secret = new Secret('hunter2-hunter2');

	it('shows its value to nobody who does not ask for it', () => {
		const shown = [
			`${secret}`,
			JSON.stringify({ secret }),
			inspect({ secret }),
			String(secret),
			JSON.stringify([secret]),
		];
		expect(shown.join(' ')).not.toContain('hunter2');
		expect(secret.reveal()).toBe('hunter2-hunter2');
	});

	it('is masked in the output of others, wherever it stands', () => {
		expect(maskSecrets('a hunter2-hunter2 b hunter2-hunter2', [secret, new Secret('')])).toBe('a [hidden] b [hidden]');
	});
});

it.each([
	['redis://default:pa55@redis.example.com:6379/0', 'redis://default:[hidden]@redis.example.com:6379/0'],
	['rediss://:pa55@h', 'rediss://:[hidden]@h'],
	['redis://u:pa/55@wo@rd@h:6379/0', 'redis://u:[hidden]@h:6379/0'],
	['redis://h:6379', 'redis://h:6379'],
	['sqlite:///tmp/x@y', 'sqlite:///tmp/x@y'],
	// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of Railway
	['${{pulse-redis.REDIS_URL}}', '${{pulse-redis.REDIS_URL}}'],
])('the password of %s is masked', (url, masked) => expect(maskUrlPassword(url)).toBe(masked));

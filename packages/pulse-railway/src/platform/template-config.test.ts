// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables of Railway look like this
import { expect, test } from 'vitest';
import { adaptTemplate, missingServices, type TemplateConfig } from './template-config.ts';

const config: TemplateConfig = {
	groups: { g: { name: 'Pulse' } },
	services: {
		a: {
			name: 'pulse-router',
			groupId: 'g',
			variables: {
				REDIS_URL: { defaultValue: '${{ pulse-redis.REDIS_URL }}', isOptional: false },
				MIXED: { value: 'x-${{pulse-janitor.NAME}}-${{ secret() }}' },
				OWN: { value: '${{PORT}}' },
				ASKED: { description: 'no default' },
			},
		},
		b: { name: 'pulse-janitor' },
		c: { name: 'pulse-redis', volumeMounts: { v: { mountPath: '/data' } } },
	},
};
const names = { 'pulse-router': 'foo-router', 'pulse-janitor': 'foo-janitor', 'pulse-redis': 'foo-redis' };

test('services are renamed together with the references to them', () => {
	const { services, ...rest } = adaptTemplate(config, names, []);
	expect(rest).toEqual({ groups: { g: { name: 'Pulse' } } });
	expect(Object.values(services).map((service) => service.name)).toEqual(['foo-router', 'foo-janitor', 'foo-redis']);
	expect(services.a?.variables).toEqual({
		REDIS_URL: { defaultValue: '${{ pulse-redis.REDIS_URL }}', isOptional: false, value: '${{foo-redis.REDIS_URL}}' },
		MIXED: { value: 'x-${{foo-janitor.NAME}}-${{ secret() }}' },
		OWN: { value: '${{PORT}}' },
		ASKED: { description: 'no default' },
	});
	expect(services.c).toEqual({ name: 'foo-redis', volumeMounts: { v: { mountPath: '/data' } } });
});

test('an omitted service goes with every variable that refers to it', () => {
	const { services } = adaptTemplate(config, names, ['pulse-redis']);
	expect(Object.keys(services)).toEqual(['a', 'b']);
	expect(Object.keys(services.a?.variables ?? {})).toEqual(['MIXED', 'OWN', 'ASKED']);
});

test('expected services that the template lacks are named in order', () => {
	expect(missingServices(config, ['pulse-redis', 'zeta', 'alpha'])).toEqual(['alpha', 'zeta']);
});

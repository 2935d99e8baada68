import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
	globalIgnores(['out/']),
	js.configs.recommended,
	{
		files: ['**/*.ts'],
		extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
		languageOptions: { parserOptions: { projectService: true } },
		rules: {
			eqeqeq: 'error',
			'no-console': 'error',
			'max-len': ['error', { code: 100, tabWidth: 4, ignoreUrls: true }],
			'@typescript-eslint/explicit-function-return-type': ['error',
				{ allowExpressions: true }],
			'@typescript-eslint/explicit-member-accessibility': ['error',
				{ accessibility: 'no-public' }],
			'@typescript-eslint/switch-exhaustiveness-check': 'error',
			// A number in a sentence for people is no mistake.
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
		},
	},
	{
		files: ['test/**/*.ts'],
		// node:test gives back promises that it waits for itself.
		rules: { '@typescript-eslint/no-floating-promises': ['error', {
			allowForKnownSafeCalls: [
				{ from: 'package', package: 'node:test', name: ['test', 'describe', 'suite'] }],
		}] },
	},
);

/**
 * The values of a prompt's inputs, one question each, with a way back. A value of
 * free text may also be the selection or the whole file, as the editor has it.
 */
import * as vscode from 'vscode';
import { choicesOf, faultOf, valueOf } from '../agent/inputs';
import type { Input, Prompt } from '../agent/prompts';
import { plainLabel, sizeOf } from './text';

const BACK = Symbol('back'), CANCELLED = Symbol('cancelled');

/** undefined: left to the prompt. */
type Answer = { readonly value: string | undefined } | typeof BACK | typeof CANCELLED;

interface Question {
	readonly prompt: Prompt;
	readonly input: Input;
	readonly step: number;
	/** What was answered before, when the person came back to it. */
	readonly before: string | undefined;
	readonly editor: vscode.TextEditor | undefined;
}

interface Source extends vscode.QuickInputButton {
	readonly text: () => string;
}

/** What the editor can give as a value. */
function sourcesOf(editor: vscode.TextEditor | undefined): Source[] {
	if (editor === undefined)
		return [];
	const { document } = editor, selected = editor.selections.filter((range) => !range.isEmpty);
	const name = document.fileName.split(/[\\/]/).at(-1) ?? document.fileName;
	const file: Source = {
		iconPath: new vscode.ThemeIcon('file'),
		tooltip: `Use the whole file ${name}`,
		text: () => document.getText(),
	};
	if (selected.length === 0)
		return [file];
	return [{
		iconPath: new vscode.ThemeIcon('selection'),
		tooltip: `Use the selection (${sizeOf(document, selected)})`,
		text: () => selected.map((range) => document.getText(range)).join('\n'),
	}, file];
}

function isSource(button: vscode.QuickInputButton): button is Source {
	return 'text' in button;
}

function frame(box: vscode.QuickInput, { prompt, step }: Question): void {
	box.title = prompt.title;
	box.step = step + 1;
	box.totalSteps = prompt.inputs.length;
	box.ignoreFocusOut = true;
}

function words({ input }: Question): string {
	return input.description === '' ? input.name : `${input.name}: ${input.description}`;
}

const TYPES = {
	string: 'text', number: 'number', integer: 'whole number', boolean: 'true or false',
};

function askText(question: Question): Promise<Answer> {
	const { input } = question, box = vscode.window.createInputBox();
	const sources = input.type === 'string' ? sourcesOf(question.editor) : [];
	frame(box, question);
	box.prompt = words(question);
	box.placeholder = [
		TYPES[input.type],
		...input.required ? [] : ['may be left empty'],
		...sources.length > 0 ? ['the buttons above take it from the editor'] : [],
	].join('; ');
	box.value = question.before ?? input.initial ?? '';
	box.buttons = [
		...question.step > 0 ? [vscode.QuickInputButtons.Back] : [],
		...sources,
	];
	return new Promise((resolve) => {
		const give = (answer: Answer): void => {
			resolve(answer);
			box.hide();
		};
		const check = (text: string): boolean => {
			const fault = faultOf(input, text);
			box.validationMessage = fault;
			return fault === undefined;
		};
		// A box that is still empty is not told off for it.
		box.onDidChangeValue((text) => void check(text));
		box.onDidAccept(() => {
			if (check(box.value))
				give({ value: valueOf(input, box.value) });
		});
		box.onDidTriggerButton((button) => {
			if (button === vscode.QuickInputButtons.Back)
				give(BACK);
			else if (isSource(button) && check(button.text()))
				give({ value: button.text() });
		});
		box.onDidHide(() => {
			box.dispose();
			resolve(CANCELLED);
		});
		box.show();
	});
}

interface Choice extends vscode.QuickPickItem {
	readonly value: string | undefined;
}

function choiceItems(input: Input): Choice[] {
	const items: Choice[] = choicesOf(input).map((value) => ({
		value, label: plainLabel(value),
		...value === input.initial ? { description: 'default' } : {},
	}));
	if (!input.required && input.initial === undefined)
		items.push({ value: undefined, label: 'none', description: 'leave it out' });
	return items;
}

function askChoice(question: Question): Promise<Answer> {
	const list = vscode.window.createQuickPick<Choice>();
	frame(list, question);
	list.placeholder = words(question);
	list.items = choiceItems(question.input);
	// None would be active if there were none in here, and Enter do nothing.
	const before = list.items.filter(({ value }) => value === question.before);
	if (before.length > 0)
		list.activeItems = before;
	list.buttons = question.step > 0 ? [vscode.QuickInputButtons.Back] : [];
	return new Promise((resolve) => {
		const give = (answer: Answer): void => {
			resolve(answer);
			list.hide();
		};
		list.onDidAccept(() => {
			const [item] = list.selectedItems;
			if (item !== undefined)
				give({ value: item.value });
		});
		list.onDidTriggerButton(() => {
			give(BACK);
		});
		list.onDidHide(() => {
			list.dispose();
			resolve(CANCELLED);
		});
		list.show();
	});
}

/** By name, without those that are left to the prompt. undefined: given up. */
export async function askValues(
	prompt: Prompt, editor: vscode.TextEditor | undefined,
): Promise<Record<string, string> | undefined> {
	const values = new Map<string, string>();
	for (let step = 0; step < prompt.inputs.length;) {
		const input = prompt.inputs[step];
		if (input === undefined)
			break;
		const question = { prompt, input, step, before: values.get(input.name), editor };
		const answer = await (choicesOf(input).length > 0 ? askChoice : askText)(question);
		if (answer === CANCELLED)
			return undefined;
		if (answer === BACK) {
			step--;
			continue;
		}
		if (answer.value === undefined)
			values.delete(input.name);
		else
			values.set(input.name, answer.value);
		step++;
	}
	return Object.fromEntries(values);
}

;;; emacs_test.el --- promptd.el against a real agent  -*- lexical-binding: t; -*-

;;; Commentary:

;; Run by emacs.sh in batch.  The minibuffer is answered by a function in the place
;; of `completing-read'; emacs.keys types into the real one.

;;; Code:

(require 'cl-lib)
(require 'ert)
(require 'promptd)

(defvar answers nil "What the minibuffer will be told, first to last.")
(defvar questions nil "What it was asked, last first.")
(defvar offered nil "What was offered at the last question.")

(setq promptd-timeout 60) ; a ceiling, not a measurement

(defun wanted (name)
  "The bytes that emacs.sh expects as NAME."
  (with-temp-buffer
    (let ((coding-system-for-read 'utf-8-unix))
      (insert-file-contents (expand-file-name name (getenv "WORK"))))
    (buffer-string)))

(defun run-promptd (&rest words)
  "Run promptd with WORDS."
  (with-temp-buffer
    (unless (eql 0 (apply #'call-process "promptd" nil t nil words))
      (error "promptd %s: %s" words (buffer-string)))))

(defun answer (prompt collection &optional _predicate match _initial _history default &rest _)
  "Answer PROMPT with the next of `answers'; t is RET, and nil is \\`C-g'."
  (push prompt questions)
  (setq offered (all-completions "" collection))
  (unless answers (error "Not expected to be asked: %s" prompt))
  (let ((answer (pop answers)))
    (cond ((null answer) (signal 'quit nil))
          ((eq answer t) (or default ""))
          ((and match (not (equal answer "")) (not (member answer offered)))
           (error "No %s to choose in %S" answer offered))
          (t answer))))

(defmacro with-buffer (before given &rest body)
  "In a buffer with BEFORE, point where | is, the answers GIVEN, do BODY."
  (declare (indent 2))
  `(with-temp-buffer
     (transient-mark-mode 1)
     (buffer-enable-undo)
     (insert ,before)
     (goto-char (point-min))
     (when (search-forward "|" nil t) (delete-char -1))
     (undo-boundary)
     (setq answers ,given questions nil)
     (prog1 (cl-letf (((symbol-function 'completing-read) #'answer))
              ,@body)
       (should (null answers)))))

(defun wait-until (condition)
  "Wait until CONDITION holds."
  (let ((end (time-add nil 60)))
    (while (not (funcall condition))
      (when (time-less-p end nil) (error "Waited in vain for %S" condition))
      (accept-process-output nil 0.05))))

(ert-deftest every-byte-arrives-at-point ()
  (with-buffer "a|b" '("notes/odd")
    (call-interactively #'promptd-insert)
    (should (equal (buffer-string) (concat "a" (wanted "odd") "b")))
    (should (equal (buffer-substring (mark t) (point)) (wanted "odd")))
    (primitive-undo 1 buffer-undo-list)
    (should (equal (buffer-string) "ab"))))

(ert-deftest the-last-part-of-a-name-will-do ()
  (with-buffer "" nil
    (prompt-insert "two-messages")
    (should (equal (buffer-string) (wanted "two")))))

(ert-deftest prompts-are-offered-with-what-is-known-of-them ()
  (with-buffer "" '("notes/two-messages")
    (let (table)
      (cl-letf (((symbol-function 'completing-read)
                 (lambda (prompt collection &rest rest)
                   (setq table collection)
                   (apply #'answer prompt collection rest))))
        (call-interactively #'promptd-insert))
      (let* ((metadata (cdr (completion-metadata "" table nil)))
             (annotation (alist-get 'annotation-function metadata)))
        (should (eq (alist-get 'category metadata) 'promptd))
        (should (string-match-p "\\` +Greet somebody — A short greeting\\.\\'"
                                (funcall annotation "notes/greet")))))
    (should (equal (sort (copy-sequence offered) #'string<)
                   '("notes/greet" "notes/odd" "notes/two-messages" "notes/wrap")))
    (should (equal (car (completion-all-completions
                         "wrap" '("notes/odd" "notes/wrap") nil 4
                         '(metadata (category . promptd))))
                   "notes/wrap"))))

(ert-deftest what-is-not-given-is-asked-for ()
  (with-buffer "" '("the \"whole\" team — ça va? \\o/" "warm" "true")
    (promptd-insert "notes/greet")
    (should (equal (buffer-string) (wanted "greet")))
    (should (equal (nth 2 questions) "who — Whom to greet (string): "))
    (should (equal offered '("true" "false"))))
  (with-buffer "" '("Ada" "" "")
    (promptd-insert "notes/greet")
    (should (equal (buffer-string) (wanted "greet-ada"))))
  (with-buffer "" '("Ada")
    (let ((promptd-ask-optional nil))
      (promptd-insert "notes/greet"))
    (should (member "Ada" offered))
    (should (equal (buffer-string) (wanted "greet-ada"))))
  (with-buffer "" nil
    (promptd-insert "notes/greet" '(("who" . "Ada") ("tone" . "plain") ("loud" . "false")))
    (should (equal (buffer-string) (wanted "greet-ada")))))

(ert-deftest quitting-changes-nothing ()
  (dolist (given '((nil) ("notes/greet" nil) ("notes/greet" "Ada" nil)))
    (with-buffer "as it was" (copy-sequence given)
      (should (eq 'quit (condition-case nil
                            (call-interactively #'promptd-insert)
                          (quit 'quit))))
      (should (equal (buffer-string) "as it was")))))

(ert-deftest a-needed-value-that-is-empty-is-asked-for-again ()
  (with-buffer "" '("" "@region" "@/no/such/file" "x")
    (cl-letf (((symbol-function 'sit-for) #'ignore))
      (promptd-insert "notes/wrap"))
    (should (equal (length questions) 4))
    (should (equal (buffer-string) "before\nx\nafter"))))

(ert-deftest the-region-is-replaced-and-can-be-the-value ()
  (with-buffer "one\n|zwei éé\nthree" nil
    (push-mark (line-end-position) t t)
    (promptd-insert "notes/odd")
    (should (equal (buffer-string) (concat "one\n" (wanted "odd") "\nthree"))))
  (with-buffer "one\n|zwei éé\nthree" '(t)
    (push-mark (line-end-position) t t)
    (promptd-insert "notes/wrap")
    (should (equal (buffer-string) "one\nbefore\nzwei éé\nafter\nthree"))
    (should (string-match-p "\\[@region\\]: \\'" (car questions)))
    (should-not (region-active-p)))
  (with-buffer "one\n|zwei éé\nthree" nil
    (promptd-insert "notes/wrap" '(("text" . "@buffer")))
    (should (equal (buffer-string)
                   "one\nbefore\none\nzwei éé\nthree\nafterzwei éé\nthree"))))

(ert-deftest values-come-from-files-and-the-kill-ring ()
  (with-buffer "" nil
    (promptd-insert "wrap" `(("text" . ,(concat "@" (getenv "WORK") "/odd"))))
    (should (equal (buffer-string) (concat "before\n" (wanted "odd") "\nafter"))))
  (with-buffer "" nil
    (kill-new "killed")
    (promptd-insert "wrap" '(("text" . "@kill")))
    (should (equal (buffer-string) "before\nkilled\nafter")))
  (with-buffer "" nil
    (promptd-insert "wrap" '(("text" . "@@home")))
    (should (equal (buffer-string) "before\n@home\nafter")))
  (with-buffer "" nil
    (should-error (promptd-insert "wrap" '(("text" . "@region"))) :type 'user-error)))

(defun refusal (name &rest values)
  "What is said when NAME with VALUES is refused; nothing is changed."
  (with-buffer "as it was" nil
    (prog1 (error-message-string (should-error (promptd-insert name values)
                                               :type 'user-error))
      (should (equal (buffer-string) "as it was")))))

(ert-deftest what-the-agent-refuses-is-said-and-nothing-hangs ()
  (should (string-match-p "'loud' must be true or false"
                          (refusal "notes/greet" '("who" . "x") '("tone" . "plain")
                                   '("loud" . "maybe"))))
  (should (string-match-p "too large"
                          (refusal "wrap" (cons "text" (make-string 1100000 ?x)))))
  (should (string-match-p "no text" (refusal "wrap" (cons "text" "\377\376"))))
  (should (string-match-p "no prompt is called" (refusal "nothing")))
  (with-buffer "" nil
    (promptd-insert "notes/odd")
    (should (equal (buffer-string) (wanted "odd")))
    (setq buffer-read-only t)
    (should-error (call-interactively #'promptd-insert) :type 'buffer-read-only)))

(ert-deftest numbers-are-checked-when-they-are-typed ()
  (let ((file (expand-file-name "count.prompt.md" (getenv "WORK"))))
    (run-promptd "import" file)
    (unwind-protect
        (with-buffer "" '("three" "1.5" "3" "half" "2.5e-1")
          (wait-until (lambda () (= (length (promptd-list)) 5)))
          (cl-letf (((symbol-function 'sit-for) #'ignore))
            (promptd-insert "count"))
          (should (equal (buffer-string) "3 times 2.5e-1.")))
      (run-promptd "remove" "count")))
  (wait-until (lambda () (= (length (promptd-list)) 4))))

(ert-deftest the-list-follows-the-library ()
  (should (= (length (promptd-list)) 4))
  (should (eq (promptd-list) (promptd-list)))
  (let ((file (expand-file-name "fresh.prompt.md" (getenv "WORK"))))
    (write-region "---\ntitle: Fresh\n---\nFresh.\n" nil file nil 'quiet)
    (run-promptd "import" file)
    (wait-until (lambda () (= (length (promptd-list)) 5)))
    (run-promptd "remove" "fresh")
    (wait-until (lambda () (= (length (promptd-list)) 4)))))

(ert-deftest an-agent-that-was-started-again-is-found-again ()
  (run-promptd "agent" "--stop")
  (run-promptd "agent")
  (should (equal (promptd-text "notes/two-messages") (wanted "two")))
  (let ((pid (alist-get 'pid (promptd--find-agent))))
    (signal-process pid 'KILL)
    (wait-until (lambda () (null (promptd--find-agent)))))
  (run-promptd "agent")
  (should (equal (promptd-text "notes/greet" '(("who" . "Ada"))) (wanted "greet-ada"))))

(defun all-stopped-p (pid)
  "Whether no thread of PID is in the middle of something."
  (cl-every (lambda (task)
              (string-match-p ") T " (promptd--contents (concat task "/stat"))))
            (directory-files (format "/proc/%d/task" pid) t "[0-9]")))

(ert-deftest an-agent-that-is-killed-while-it-is-asked-is-followed-by-the-next ()
  (should (promptd-list))
  (let ((pid (alist-get 'pid (promptd--find-agent))) restarted)
    (signal-process pid 'STOP)
    (wait-until (lambda () (all-stopped-p pid)))
    (run-at-time 0.2 nil (lambda ()
                           (signal-process pid 'KILL)
                           (wait-until (lambda () (null (promptd--find-agent))))
                           (run-promptd "agent")
                           (setq restarted t)))
    (should (equal (promptd-text "notes/two-messages") (wanted "two")))
    (should restarted)))

(ert-deftest without-an-agent-it-says-so-and-offers-to-start-it ()
  (run-promptd "agent" "--stop")
  (with-buffer "as it was" nil
    (should (string-match-p
             "No promptd agent runs; .promptd agent. starts it"
             (error-message-string (should-error (call-interactively #'promptd-insert)
                                                 :type 'user-error))))
    (should (equal (buffer-string) "as it was")))
  (let ((noninteractive nil) (asked 0))
    (cl-letf (((symbol-function 'y-or-n-p) (lambda (_) (cl-incf asked) nil)))
      (with-buffer "" nil
        (should-error (call-interactively #'promptd-insert) :type 'user-error)))
    (cl-letf (((symbol-function 'y-or-n-p) (lambda (_) (cl-incf asked) t)))
      (with-buffer "" nil
        (let ((promptd-program "no-such-promptd"))
          (should-error (promptd-insert "notes/odd") :type 'user-error)))
      (with-buffer "" '("notes/odd")
        (call-interactively #'promptd-insert)
        (should (equal (buffer-string) (wanted "odd")))))
    (should (= asked 3))))

(ert-deftest stale-and-foreign-files-are-not-taken-for-an-agent ()
  (run-promptd "agent" "--stop")
  (let ((file (expand-file-name "run/agent.json" (getenv "PROMPTD_HOME"))))
    (dolist (text (list (format "{\"pid\":%d,\"start\":1,\"socket\":\"/nowhere\"}" (emacs-pid))
                        "{\"pid\":" "[]" "{\"pid\":\"1\",\"start\":\"1\"}" "null" ""))
      (write-region text nil file nil 'quiet)
      (set-file-modes file #o600)
      (should-not (promptd--find-agent)))
    (delete-file file)
    (run-promptd "agent")
    (should (promptd--find-agent))
    (set-file-modes file #o644)
    (should-not (promptd--find-agent))
    (set-file-modes file #o600)
    (should (promptd--find-agent))))

;;; emacs_test.el ends here

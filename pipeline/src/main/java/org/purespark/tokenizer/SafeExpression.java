// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.util.Set;

/**
 * A regular expression that a backtracking engine searches in time that grows with the text's length alone. It is a
 * choice of sequences; a sequence is characters and classes, of which one may be optional ({@code ?}) and only the last
 * may be repeated. Such a sequence fails within its own length at each place, or it matches: nothing comes after what
 * is repeated, so that nothing has to be tried again. A match has at least one character.
 *
 * @param leastCharacters the shortest match
 * @param blanksOnly whether only spaces match
 */
record SafeExpression(int leastCharacters, boolean blanksOnly) {
    private static final int MOST_CHOICES = 16;
    private static final int MOST_REPEATS = 64;
    private static final int MOST_ATOMS = 64;
    private static final Set<String> PROPERTIES = Set.of(
            "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps",
            "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp");

    /** Why an expression is not of this kind. */
    static final class NotSafe extends Exception {
        private static final long serialVersionUID = 1L;

        NotSafe(String message) {
            super(message);
        }
    }

    static SafeExpression parse(String expression) throws NotSafe {
        Parser parser = new Parser(expression);
        int least = Integer.MAX_VALUE;
        int choices = 0;
        do {
            least = Math.min(least, parser.sequence());
            choices++;
        } while (parser.takes('|'));
        if (!parser.atEnd()) {
            throw new NotSafe("\"" + parser.next() + "\" at character " + (parser.at + 1));
        }
        if (choices > MOST_CHOICES) {
            throw new NotSafe("more than " + MOST_CHOICES + " choices");
        }
        if (least < 1) {
            throw new NotSafe("it matches nothing at all");
        }
        return new SafeExpression(least, parser.blanksOnly);
    }

    /** Walks along the expression. */
    private static final class Parser {
        private final String expression;
        private int at;
        private boolean blanksOnly = true;

        Parser(String expression) {
            this.expression = expression;
        }

        boolean atEnd() {
            return at == expression.length();
        }

        char next() {
            return expression.charAt(at);
        }

        boolean takes(char expected) {
            if (!atEnd() && next() == expected) {
                at++;
                return true;
            }
            return false;
        }

        /** @return the fewest characters that it matches */
        int sequence() throws NotSafe {
            int least = 0;
            int atoms = 0;
            int optional = 0;
            while (!atEnd() && next() != '|' && next() != ')') {
                atom();
                if (++atoms > MOST_ATOMS) {
                    throw new NotSafe("more than " + MOST_ATOMS + " characters and classes in a row");
                }
                Repeats repeats = repeats();
                boolean last = atEnd() || next() == '|';
                if (repeats.most() != repeats.least() && !last && (repeats.most() != 1 || ++optional > 1)) {
                    throw new NotSafe("something follows what is repeated");
                }
                least += repeats.least();
            }
            return least;
        }

        private record Repeats(int least, int most) {}

        private Repeats repeats() throws NotSafe {
            Repeats repeats;
            if (takes('?')) {
                repeats = new Repeats(0, 1);
            } else if (takes('*')) {
                repeats = new Repeats(0, Integer.MAX_VALUE);
            } else if (takes('+')) {
                repeats = new Repeats(1, Integer.MAX_VALUE);
            } else if (takes('{')) {
                int least = number();
                int most = least;
                if (takes(',')) {
                    most = !atEnd() && next() == '}' ? Integer.MAX_VALUE : number();
                }
                if (!takes('}') || most < least || most == 0) {
                    throw new NotSafe("a number of repeats that is not {n}, {n,} or {n,m}");
                }
                repeats = new Repeats(least, most);
            } else {
                return new Repeats(1, 1);
            }
            if (!atEnd() && "?*+{".indexOf(next()) >= 0) {
                throw new NotSafe("what is repeated is repeated again");
            }
            return repeats;
        }

        private int number() throws NotSafe {
            int number = 0;
            int digits = 0;
            while (!atEnd() && next() >= '0' && next() <= '9' && digits++ < 3) {
                number = 10 * number + (expression.charAt(at++) - '0');
            }
            if (digits == 0 || number > MOST_REPEATS) {
                throw new NotSafe("a number of repeats that is not 0 to " + MOST_REPEATS);
            }
            return number;
        }

        /** One character or class. */
        private void atom() throws NotSafe {
            char first = expression.charAt(at++);
            switch (first) {
                case '[' -> characterClass();
                case '\\' -> escape();
                case '(', ')', '^', '$', '.', '?', '*', '+', '{', '}', ']' -> throw new NotSafe(
                        "\"" + first + "\" at character " + at);
                default -> literal(first);
            }
        }

        private void literal(char first) throws NotSafe {
            blanksOnly &= first == ' ';
            if (Character.isHighSurrogate(first) && !atEnd() && Character.isLowSurrogate(next())) {
                at++;
            } else if (Character.isSurrogate(first)) {
                throw new NotSafe("half of a pair of characters");
            }
        }

        private void escape() throws NotSafe {
            blanksOnly = false;
            if (atEnd()) {
                throw new NotSafe("a backslash at the end");
            }
            char escaped = expression.charAt(at++);
            if (escaped == 'p' || escaped == 'P') {
                int end = expression.indexOf('}', at);
                if (!takes('{') || end < 0 || !PROPERTIES.contains(expression.substring(at, end))) {
                    throw new NotSafe("an unknown property");
                }
                at = end + 1;
            } else if ("sSdDwWrnt".indexOf(escaped) < 0 && !isPunctuation(escaped)) {
                throw new NotSafe("\"\\" + escaped + "\"");
            }
        }

        private static boolean isPunctuation(char c) {
            return c > ' ' && c < 0x7F && !Character.isLetterOrDigit(c);
        }

        /** Characters, ranges and escapes; no class in a class, no intersection. */
        private void characterClass() throws NotSafe {
            blanksOnly = false;
            takes('^');
            int members = 0;
            while (!takes(']')) {
                if (atEnd() || members++ > LIMIT_OF_MEMBERS) {
                    throw new NotSafe("a class without end");
                }
                int from = member();
                if (takes('-') && !atEnd() && next() != ']') {
                    int to = member();
                    if (from < 0 || to < from) {
                        throw new NotSafe("a range that is none");
                    }
                }
            }
            if (members == 0) {
                throw new NotSafe("an empty class");
            }
        }

        private static final int LIMIT_OF_MEMBERS = 128;

        /** @return the character; -1 for a class as \s */
        private int member() throws NotSafe {
            char first = expression.charAt(at++);
            if (first == '\\') {
                int start = at;
                escape();
                return isPunctuation(expression.charAt(start)) ? expression.charAt(start) : -1;
            }
            if (first == '[' || first == '&') {
                throw new NotSafe("\"" + first + "\" in a class");
            }
            int character = expression.codePointAt(at - 1);
            literal(first);
            return character;
        }
    }
}

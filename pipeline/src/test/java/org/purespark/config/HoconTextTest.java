// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;

class HoconTextTest {
    private static final String DEEP = "[".repeat(20_000);
    private static final String KEY = "a.".repeat(32) + "a";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// \"\"\"\na = ",
                "b = x // \"\n, a = ",
                "b = http://x\"\n, a = ",
                "b = \"\"\"x\"\"\"\", c = y, a = ",
                "b = \"x\\\"\", a = "
            })
    void noCommentAndNoTextHidesBracketsFromTheBound(String before) {
        assertRefused(before + DEEP, "nested deeper than 64 levels");
    }

    @Test
    void substitutionsBehindACommentAreBounded() {
        assertRefused(
                "// \"\"\"\nb = 1\n" + "a = ${b}${b}\n".repeat(9), "made of more than 16 substitutions (${…} and +=)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%s {%s {%s",
                "%s = {%s = {%s",
                "%s : {%s : {%s",
                "%s += {%s += {%s",
                "%s\n{%s\n{%s",
                "%s\n# comment\n\u00a0=\n// comment\n{%s {%s",
                "%s = {} {%s = {} {%s",
                "%s = {}\n {%s = {}\n {%s",
                "%s = [{%s = [{%s"
            })
    void bracesAndDottedKeysCountTogether(String form) {
        assertRefused(String.format(Locale.ROOT, form, KEY, KEY, KEY), "nested deeper than 64 levels");
    }

    @Test
    void whatIsInACommentDoesNotCount() {
        String line = "// " + "[{".repeat(100) + ".".repeat(100) + "${a}".repeat(100) + "\" it's\n";
        Config config = read(line + "a = 1 " + line + "b = 2 #" + line + "c = \"http://x\" " + line);
        assertThat(config.getInt("a")).isEqualTo(1);
        assertThat(config.getInt("b")).isEqualTo(2);
        assertThat(config.getString("c")).isEqualTo("http://x");
    }

    @Test
    void entriesBesideEachOtherDoNotAddUp() {
        String entry = "x.y.z { k.l = 1.5, m = [1.5, 2.5] }\n";
        Config config = read((entry + "t = { u = \"\"\"v\"\"\" }, ").repeat(50) + "w.x = [[1], [2]]");
        assertThat(config.getDouble("x.y.z.k.l")).isEqualTo(1.5);
        assertThat(config.getList("w.x")).hasSize(2);
        assertThat(config.getDoubleList("x.y.z.m")).isEqualTo(List.of(1.5, 2.5));
    }

    private static Config read(String text) {
        return HoconText.parse(text, "the file f", "f");
    }

    private static void assertRefused(String text, String found) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read the file f, line ")
                .hasMessageEndingWith(": it is " + found);
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;

class AddedTokensCheckTest {
    private static final String STRIP = "{'type':'Strip','strip_left':true,'strip_right':true}";

    @Test
    void tokensGetTheirModelsIdOrTheNextFreeOne() throws IOException {
        ObjectNode tokenizer = TokenizerCheckTest.wordPiece();
        add(tokenizer, 4, "a");
        add(tokenizer, 6, "<x>");
        add(tokenizer, 9, "<y>");
        CheckedTokenizer checked = TokenizerCheck.check("T", tokenizer);
        assertThat(checked.vocabulary().id("a")).hasValue(4);
        assertThat(checked.vocabulary().id("<x>")).hasValue(6);
        assertThat(checked.vocabulary().id("<y>")).hasValue(7);
        assertThat(checked.vocabulary().id("film")).hasValue(5);
        assertThat(checked.vocabulary().id("other")).isEmpty();
        assertThat(checked.vocabulary().token(7)).hasValue("<y>");
        assertThat(checked.vocabulary().token(8)).isEmpty();
        assertThat(checked.vocabulary().size()).isEqualTo(8);
        assertThat(checked.vocabulary().idsFrom(5)).isEqualTo(3);
        assertThat(checked.warnings())
                .containsExactly(
                        "T: 1 of added_tokens have other ids than the file says, such as \"<y>\", which gets 7 and"
                                + " not 9; transformers numbers them the same way");
    }

    @Test
    void emptyLongAndManyTokensAreRefused() throws IOException {
        ObjectNode tokenizer = TokenizerCheckTest.wordPiece();
        add(tokenizer, 6, "");
        assertRefused(tokenizer, "added_tokens[0].content is \"\"; expected is a string that is not empty");
        tokenizer.putArray("added_tokens");
        add(tokenizer, 6, "a".repeat(257));
        assertRefused(
                tokenizer,
                "added_tokens[0].content is \"" + "a".repeat(200)
                        + "… (257 characters)\"; expected is a string of at most 256" + " characters");
        tokenizer.putArray("added_tokens");
        for (int i = 0; i < 10_001; i++) {
            add(tokenizer, 6 + i, "<" + i + ">");
        }
        assertRefused(tokenizer, "added_tokens is an array of 10001; expected is an array of at most 10000");
        tokenizer.putArray("added_tokens");
        add(tokenizer, -5, "<x>");
        assertRefused(tokenizer, "added_tokens[0].id is -5; expected is a whole number from 0 to 2147483647");
    }

    @Test
    void aTokenThatNormalizationMayRemoveIsRefused() throws IOException {
        ObjectNode tokenizer = TokenizerCheckTest.with("normalizer", "{'type':'NFC'}");
        add(tokenizer, 6, "  ").put("normalized", true);
        assertThat(TokenizerCheck.check("T", tokenizer).vocabulary().id("  ")).hasValue(6);
        tokenizer.set("normalizer", TokenizerCheckTest.with("normalizer", STRIP).get("normalizer"));
        assertRefused(tokenizer, "added_tokens[0] is normalized, and nothing may be left of \"  \"");
        tokenizer.putArray("added_tokens");
        add(tokenizer, 6, "<x>").put("normalized", true);
        assertThat(TokenizerCheck.check("T", tokenizer).vocabulary().id("<x>")).hasValue(6);
        ObjectNode replacing = TokenizerCheckTest.with(
                "normalizer",
                "{'type':'Sequence','normalizers':[{'type':'Replace','pattern':{'String':'<x>'},'content':' '}," + STRIP
                        + "]}");
        replacing.set("added_tokens", tokenizer.get("added_tokens"));
        assertRefused(
                replacing, "added_tokens[0] is normalized, and normalizer.normalizers[0] may leave nothing of it");
    }

    @Test
    void blankTokensThatTakeTheBlanksBesideThemAreRefused() throws IOException {
        ObjectNode tokenizer = TokenizerCheckTest.wordPiece();
        add(tokenizer, 6, "<x>").put("rstrip", true);
        add(tokenizer, 7, "<mask>").put("lstrip", true);
        add(tokenizer, 8, "  ");
        assertThat(TokenizerCheck.check("T", tokenizer).vocabulary().id("<mask>"))
                .hasValue(7);
        add(tokenizer, 9, " ").put("lstrip", true);
        assertRefused(tokenizer, "added_tokens[3] has lstrip or rstrip, and its content \" \" may be blank");
        tokenizer.putArray("added_tokens");
        add(tokenizer, 6, "\u00a0").put("rstrip", true);
        assertRefused(tokenizer, "added_tokens[0] has lstrip or rstrip, and its content \"\u00a0\" may be blank");
    }

    private static ObjectNode add(ObjectNode tokenizer, int id, String content) {
        return ((ArrayNode) tokenizer.get("added_tokens"))
                .addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private static void assertRefused(ObjectNode tokenizer, String message) {
        assertThatThrownBy(() -> TokenizerCheck.check("T", tokenizer))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot use T: " + message + "; save it again with transformers");
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("large")
class HostileTokenizersIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TRIED = 60;
    private static final long SLOW = 2000;

    @TempDir
    private Path directory;

    @Test
    void whatIsAllowedNeitherEndsTheProcessNorTakesLong() throws IOException {
        List<ObjectNode> bases = new ArrayList<>();
        for (String family : List.of("albert", "deberta-v2", "modernbert", "mpnet", "xlm-roberta")) {
            Path file = Path.of("src/test/resources/tokenizers", family, "tokenizer.json");
            bases.add((ObjectNode) JSON.readTree(file.toFile()));
        }
        String map =
                CharacterMaps.base64(Map.of("\u00bd", "1\u20442", "\ufb03", "ffi", "\t", " ", "A\u0300", "\u00c0"));
        try (HostileTokenizers trial = HostileTokenizers.inAProcess()) {
            HostileTokenizers.Seen seen =
                    trial.run(new TokenizerMutations(20, List.of(map)), bases, TRIED, SLOW, directory);
            assertThat(seen.findings()).isEmpty();
            assertThat(seen.accepted()).isBetween(TRIED / 10, TRIED / 2);
        }
    }

    /** The trial itself can tell: this one is sent past the check, and native code ends the process. */
    @Test
    void anEndOfTheProcessIsSeen() throws IOException {
        try (HostileTokenizers trial = HostileTokenizers.inAProcess()) {
            ObjectNode tokenizer = TokenizerCheckTest.wordPiece();
            assertThat(trial.answer(bytes(tokenizer))).startsWith("ok ");
            tokenizer.put("unchecked", true);
            ((ObjectNode) tokenizer.get("model")).put("unk_token", "[NOPE]");
            assertThat(trial.answer(bytes(tokenizer))).startsWith("ended with ");
            assertThat(trial.answer(bytes(TokenizerCheckTest.wordPiece()))).startsWith("ok ");
        }
    }

    private static byte[] bytes(ObjectNode tokenizer) {
        return tokenizer.toString().getBytes(StandardCharsets.UTF_8);
    }
}

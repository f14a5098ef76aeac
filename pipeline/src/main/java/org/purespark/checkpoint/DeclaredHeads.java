// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.encoder.EncoderConfig;
import org.purespark.family.ExportForm;
import org.purespark.heads.Head;

/**
 * The pruned heads that a {@code config.json} declares, and the form in which its weights have them.
 *
 * @param form {@link ExportForm#DENSE} also if no head is pruned
 */
record DeclaredHeads(ExportForm form, SortedSet<Head> heads) {
    /** transformers' own key (4.x): the heads are cut out of the weights. */
    static final String CUT_KEY = "pruned_heads";

    /** The project's key: the heads are zeros in weights of full shape. */
    static final String ZEROED_KEY = "pure_pruned_heads";

    /** Reads {@code {"3":[11],…}}: heads by layer. */
    static DeclaredHeads parse(ObjectNode raw, EncoderConfig config, String place) {
        SortedSet<Head> cut = heads(raw, CUT_KEY, config, place);
        SortedSet<Head> zeroed = heads(raw, ZEROED_KEY, config, place);
        if (!cut.isEmpty() && !zeroed.isEmpty()) {
            throw new InputException("cannot use " + place + ": it has both \"" + CUT_KEY + "\" and \"" + ZEROED_KEY
                    + "\"; keep the one that its weights follow");
        }
        return cut.isEmpty() ? new DeclaredHeads(ExportForm.DENSE, zeroed) : new DeclaredHeads(ExportForm.COMPACT, cut);
    }

    /** Writes the heads under the key of the form; removes both keys if no head is pruned. */
    static void write(ObjectNode raw, ExportForm form, SortedSet<Head> heads) {
        raw.remove(CUT_KEY);
        raw.remove(ZEROED_KEY);
        if (heads.isEmpty()) {
            return;
        }
        ObjectNode layers = raw.putObject(form == ExportForm.COMPACT ? CUT_KEY : ZEROED_KEY);
        for (Head head : heads) {
            ArrayNode list = (ArrayNode) layers.get(String.valueOf(head.layer()));
            if (list == null) {
                list = layers.putArray(String.valueOf(head.layer()));
            }
            list.add(head.head());
        }
    }

    private static SortedSet<Head> heads(ObjectNode raw, String key, EncoderConfig config, String place) {
        SortedSet<Head> heads = new TreeSet<>();
        if (!raw.hasNonNull(key)) {
            return heads;
        }
        if (!raw.get(key).isObject()) {
            throw invalid(place, key, raw.get(key), config);
        }
        for (Map.Entry<String, JsonNode> layer : raw.get(key).properties()) {
            if (!layer.getKey().matches("[0-9]{1,6}") || !layer.getValue().isArray()) {
                throw invalid(place, key, raw.get(key), config);
            }
            int l = Integer.parseInt(layer.getKey());
            for (JsonNode head : layer.getValue()) {
                boolean inRange = head.isIntegralNumber()
                        && head.canConvertToInt()
                        && head.intValue() >= 0
                        && head.intValue() < config.heads()
                        && l < config.layers();
                if (!inRange) {
                    throw invalid(place, key, raw.get(key), config);
                }
                heads.add(new Head(l, head.intValue()));
            }
        }
        return Collections.unmodifiableSortedSet(heads);
    }

    private static InputException invalid(String place, String key, JsonNode value, EncoderConfig config) {
        return new InputException("cannot use " + place + ": \"" + key + "\" is " + Shown.of(value)
                + "; expected lists of heads 0 to " + (config.heads() - 1) + " by layer 0 to " + (config.layers() - 1));
    }
}

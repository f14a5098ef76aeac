// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * An {@code adapter_config.json} of peft, as far as it changes what is computed. What is not known to be without
 * effect on the merged weights is refused by its key.
 *
 * @param place address of the file, for messages
 * @param task what the adapted model is
 * @param rank r
 * @param alpha lora_alpha
 * @param scaling how alpha and rank make a factor
 * @param ranks rank by module, in the order of the file
 * @param alphas alpha by module, in the order of the file
 * @param targets names, or ends of names, of the adapted modules; empty if the file has a pattern in their place, or
 *     takes only some layers
 * @param saved names of modules that the adapter holds whole
 * @param decomposition whether the adapter has a magnitude for each row
 */
record AdapterConfig(
        String place,
        Task task,
        int rank,
        double alpha,
        Scaling scaling,
        Map<String, Integer> ranks,
        Map<String, Double> alphas,
        List<String> targets,
        List<String> saved,
        Decomposition decomposition) {
    /** A larger one is of no use: the matrices themselves have hardly more rows. */
    static final int MOST_RANK = 16_384;

    /** Keys that the adapter's tensors show by themselves, or that training alone uses. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "bias",
            "corda_config",
            "ensure_weight_tying",
            "eva_config",
            // peft sets it to false for the linear layers that encoders have.
            "fan_in_fan_out",
            "inference_mode",
            "loftq_config",
            "lora_dropout",
            "lora_ga_config",
            "megatron_config",
            "megatron_core",
            "peft_version",
            "qalora_group_size",
            "revision",
            "runtime_config");

    private static final Set<String> READ = Set.of(
            "peft_type",
            "task_type",
            "r",
            "lora_alpha",
            "use_rslora",
            "use_dora",
            "rank_pattern",
            "alpha_pattern",
            "target_modules",
            "modules_to_save",
            "exclude_modules",
            "layers_to_transform",
            "layers_pattern",
            "init_lora_weights");

    /** Beginnings of a training that leave the base model as it is; others change it. */
    private static final Set<String> INITIAL = Set.of("true", "false", "gaussian", "eva", "orthogonal");

    /** A module's name, or its end; a dot stands for itself here. */
    private static final Pattern MODULE = Pattern.compile("\\^?[A-Za-z0-9_.-]{1,512}");

    /** The head of the adapted model. */
    enum Task {
        /** That of the family's sequence classifier. */
        SEQUENCE,
        /** That which the base model's configuration declares. */
        OF_BASE
    }

    /** The factor of B·A. */
    enum Scaling {
        /** alpha / r. */
        BY_RANK,
        /** alpha / sqrt(r): rsLoRA. */
        BY_ROOT_OF_RANK
    }

    /** Whether adapted rows get a length of their own (DoRA). */
    enum Decomposition {
        NONE,
        MAGNITUDES
    }

    static AdapterConfig parse(ObjectNode raw, String place) {
        requireText(raw, place, "peft_type", Set.of("LORA"), "only LORA is read; merge another adapter with peft");
        for (Map.Entry<String, JsonNode> entry : raw.properties()) {
            boolean isRead = READ.contains(entry.getKey()) || WITHOUT_EFFECT.contains(entry.getKey());
            if (!isRead && isSet(entry.getValue())) {
                throw invalid(
                        place, entry.getKey(), entry.getValue(), "it is not computed; merge the adapter with peft");
            }
        }
        JsonNode initial = raw.path("init_lora_weights");
        if (isSet(initial) && !INITIAL.contains(initial.asText())) {
            throw invalid(
                    place,
                    "init_lora_weights",
                    initial,
                    "such a training changes the base model too; merge the adapter with peft");
        }
        return new AdapterConfig(
                place,
                task(raw, place),
                rank(raw.path("r"), place, "r"),
                alpha(raw.path("lora_alpha"), place, "lora_alpha"),
                flag(raw, place, "use_rslora") ? Scaling.BY_ROOT_OF_RANK : Scaling.BY_RANK,
                patterns(raw, place, "rank_pattern", AdapterConfig::rank),
                patterns(raw, place, "alpha_pattern", AdapterConfig::alpha),
                targets(raw, place),
                names(raw, place, "modules_to_save"),
                flag(raw, place, "use_dora") ? Decomposition.MAGNITUDES : Decomposition.NONE);
    }

    /** r of a module. */
    int rankOf(String module) {
        return of(ranks, module, rank);
    }

    /** The factor of B·A of a module. */
    double scaleOf(String module) {
        double numerator = of(alphas, module, alpha);
        return numerator / (scaling == Scaling.BY_RANK ? rankOf(module) : Math.sqrt(rankOf(module)));
    }

    /** Whether {@code target_modules} names the module. */
    boolean isTarget(String module) {
        return targets.stream().anyMatch(target -> endsWith(module, target))
                && saved.stream().noneMatch(name -> isIn(module, name));
    }

    private static boolean isIn(String module, String name) {
        return endsWith(module, name) || module.startsWith(name + ".") || module.contains("." + name + ".");
    }

    private static boolean endsWith(String module, String name) {
        return module.equals(name) || module.endsWith("." + name);
    }

    /** The first entry that is the module's name or, but for a key that begins with ^, its end. */
    private static <T> T of(Map<String, T> patterns, String module, T otherwise) {
        for (Map.Entry<String, T> entry : patterns.entrySet()) {
            String key = entry.getKey();
            if (key.startsWith("^") ? module.equals(key.substring(1)) : endsWith(module, key)) {
                return entry.getValue();
            }
        }
        return otherwise;
    }

    private static Task task(ObjectNode raw, String place) {
        JsonNode task = raw.path("task_type");
        if (!isSet(task) || task.asText().equals("FEATURE_EXTRACTION")) {
            return Task.OF_BASE;
        }
        requireText(
                raw,
                place,
                "task_type",
                Set.of("SEQ_CLS"),
                "SEQ_CLS, FEATURE_EXTRACTION or null is read; this is no adapter of a text classifier");
        return Task.SEQUENCE;
    }

    private static List<String> targets(ObjectNode raw, String place) {
        boolean some = isSet(raw.path("exclude_modules"))
                || isSet(raw.path("layers_to_transform"))
                || isSet(raw.path("layers_pattern"));
        boolean isPattern = raw.path("target_modules").isTextual();
        return some || isPattern ? List.of() : names(raw, place, "target_modules");
    }

    private static List<String> names(ObjectNode raw, String place, String key) {
        JsonNode value = raw.path(key);
        List<String> names = new ArrayList<>();
        if (!isSet(value)) {
            return names;
        }
        for (JsonNode name : value) {
            if (!name.isTextual()) {
                throw invalid(place, key, value, "expected names of modules");
            }
            names.add(name.textValue());
        }
        if (!value.isArray()) {
            throw invalid(place, key, value, "expected names of modules");
        }
        return names;
    }

    /** Reads a number of one module. */
    private interface Number<T> {
        T read(JsonNode value, String place, String key);
    }

    private static <T> Map<String, T> patterns(ObjectNode raw, String place, String key, Number<T> number) {
        JsonNode value = raw.path(key);
        Map<String, T> patterns = new LinkedHashMap<>();
        if (!isSet(value)) {
            return patterns;
        }
        if (!value.isObject()) {
            throw invalid(place, key, value, "expected numbers by module");
        }
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            if (!MODULE.matcher(entry.getKey()).matches()) {
                throw invalid(
                        place,
                        key,
                        value,
                        "a key is read that is a module's name or the end of one, with letters, digits and ._-");
            }
            patterns.put(entry.getKey(), number.read(entry.getValue(), place, key + "." + entry.getKey()));
        }
        return patterns;
    }

    private static int rank(JsonNode value, String place, String key) {
        if (!value.isInt() || value.intValue() < 1 || value.intValue() > MOST_RANK) {
            throw invalid(place, key, value, "expected a whole number from 1 to " + MOST_RANK);
        }
        return value.intValue();
    }

    private static double alpha(JsonNode value, String place, String key) {
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw invalid(place, key, value, "expected a finite number");
        }
        return value.doubleValue();
    }

    private static boolean flag(ObjectNode raw, String place, String key) {
        JsonNode value = raw.path(key);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            throw invalid(place, key, value, "expected true or false");
        }
        return value.asBoolean(false);
    }

    private static void requireText(ObjectNode raw, String place, String key, Set<String> known, String otherwise) {
        JsonNode value = raw.path(key);
        if (!value.isTextual() || !known.contains(value.textValue())) {
            throw invalid(place, key, value, otherwise);
        }
    }

    /** Whether a value says something: not null, false, nothing in it. */
    private static boolean isSet(JsonNode value) {
        boolean isEmpty = value.isContainerNode() && value.isEmpty();
        boolean isFalse = value.isBoolean() && !value.booleanValue();
        return !value.isMissingNode() && !value.isNull() && !isEmpty && !isFalse;
    }

    private static InputException invalid(String place, String key, JsonNode value, String what) {
        return new InputException("cannot use " + place + ": \"" + Shown.of(key) + "\" is "
                + (value.isMissingNode() ? "missing" : Shown.of(value)) + "; " + what);
    }
}

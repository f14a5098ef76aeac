// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a stage needs besides settings.
 *
 * @param stage the stage
 * @param inputs names of the inputs that it reads
 * @param options values of the command line options on which its result depends, such as {@code --target}
 * @param upstream stages of the same run directory whose results it uses
 */
public record StageNeeds(
        StageName stage, List<String> inputs, SortedMap<String, String> options, List<StageName> upstream) {
    public StageNeeds {
        inputs = List.copyOf(inputs);
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        upstream = List.copyOf(upstream);
    }

    /** The needs of a stage without inputs and options, with the results of {@link StageName#upstream()}. */
    public static StageNeeds of(StageName stage) {
        return new StageNeeds(stage, List.of(), new TreeMap<>(), stage.upstream());
    }

    public StageNeeds withInputs(String... names) {
        List<String> all = new ArrayList<>(inputs);
        all.addAll(Arrays.asList(names));
        return new StageNeeds(stage, all, options, upstream);
    }

    public StageNeeds withOption(String name, String value) {
        SortedMap<String, String> all = new TreeMap<>(options);
        all.put(name, value);
        return new StageNeeds(stage, inputs, all, upstream);
    }

    /** Uses only the results of these stages; the others' results are given as inputs. */
    public StageNeeds withUpstream(StageName... stages) {
        return new StageNeeds(stage, inputs, options, Arrays.asList(stages));
    }
}

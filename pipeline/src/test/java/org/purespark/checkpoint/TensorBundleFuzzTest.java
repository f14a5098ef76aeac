// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.purespark.fuzz.FuzzedReader;

/**
 * The index of a bundle, beside real shards. A checksum stands over each of its blocks: so what is no table is taken
 * for a block, plain after a byte of 0, packed by Snappy after a byte of 1, and gets a right checksum.
 */
class TensorBundleFuzzTest extends FuzzedReader {
    private final List<byte[]> shards = new ArrayList<>();

    TensorBundleFuzzTest() throws IOException {
        String jar = TinyModels.resource("savedmodel/bert-tiny.jar").toString();
        new SavedModelJar(TinyModels.STORAGE, jar).visit((name, place, content) -> {
            if (name.contains("variables.data")) {
                shards.add(content.readAllBytes());
            }
        });
    }

    @Override
    protected void read(byte[] file) throws IOException {
        boolean isTable = file.length > 0 && (file[file.length - 1] & 0xff) == 0xdb;
        TensorBundle bundle = TensorBundle.of("x.index", isTable ? file : table(file));
        List<Long> sizes = new ArrayList<>();
        for (int shard = 0; shard < bundle.shards(); shard++) {
            sizes.add(shard < shards.size() ? shards.get(shard).length : 0L);
        }
        bundle.requireWithin(sizes);
        BertVariables variables = new BertVariables(bundle);
        for (int shard = 0; shard < shards.size(); shard++) {
            TensorBundle.read(
                    new ByteArrayInputStream(shards.get(shard)), variables.inShard(shard), (entry, tensor) -> {});
        }
    }

    private static byte[] table(byte[] file) {
        byte[] block = file.length == 0 ? file : Arrays.copyOfRange(file, 1, file.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TableFile.write(out, block, file.length > 0 && file[0] == 1 ? 1 : 0);
        return TableFile.withFooter(out, List.<long[]>of(new long[] {0, block.length}));
    }
}

"""How names of persons are printed: 晋　玮, 张少波, 阿依古丽·买买提."""

import re

HAN = r"\u3400-\u9fff"
BLANK = r"[ \u3000]"
# a two-character name is set with a blank inside, so that it is as wide as three characters
NAME = rf"(?:[{HAN}]{BLANK}{{1,3}}[{HAN}]|[{HAN}]{{2,4}}(?:·[{HAN}]{{1,8}}){{1,2}}|[{HAN}]{{2,4}})"
WIDE_NAME = rf"[{HAN}]{BLANK}{{1,3}}[{HAN}]"
BLANKS = re.compile(rf"{BLANK}+")
# What ends a post or a body and so shows that 2 to 4 characters are no name.
NOT_A_NAME = re.compile(
    r"(?:[长任员记席理管][）)]?|主任|政府|[局委办厅部处科室院所站队组会县区市省镇乡村])$"
    r"|^(?:各|本|该|此|其|市|省|县|区|现|以|并|及|或|请|对|按|由|在|为|的|不|可)"
)


def without_blanks(name: str) -> str:
    """晋玮 for 晋　玮."""
    return BLANKS.sub("", name)


def may_be_name(text: str) -> bool:
    """True for two to four characters that are no post, body or small word; minority names with · as well."""
    plain = without_blanks(text)
    if "·" in plain:
        return len(plain) <= 16
    return 2 <= len(plain) <= 4 and not NOT_A_NAME.search(plain)


# The family names of the 百家姓 and of the registers since; two characters first.
COMPOUND_SURNAMES = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙"
    "|钟离|长孙|宇文|司徒|鲜于|司空|令狐|拓跋|呼延|淳于|轩辕|百里|东郭|南门|羊舌|西门"
)
SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓"
    "郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫"
    "宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉"
    "宰郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东殴殳沃"
    "利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查荆红游竺权逯盖益桓公闫肖付代仝苑原晋巨帅商兰海岳哈年"
    "爱阳佟佘亓亢佴况后郑库揭战来岩税冼练占仉操粟展矫由延么折逢蹇覃苟尧绳门补普楚但鹿漆阿再买依热艾努玉古吾库图帕达扎次旦仁洛"
    "格卓央桑普尼泽拉巴索强才丹贡多班色旺"
)


def begins_with_surname(name: str) -> bool:
    """True when `name` begins as a Chinese family name does, or is of several parts (阿依古丽·买买提)."""
    plain = without_blanks(name)
    return "·" in plain or COMPOUND_SURNAMES.match(plain) is not None or plain[:1] in SURNAMES

/**
 * Common given names, one family of forms that a person may go by after the other: spellings, translations, short forms. It
 * tells a typing error from another person: 'anan' is Anna mistyped, but Hanna is somebody else, and Bill is William. A name
 * that isn't here is judged by its letters alone.
 */
const FAMILIES = `
aaron, abdul abdullah abd, adam, adrian adrien, agnes agnieszka ines, ahmed ahmad ahmet, aiden aidan,
alan allan allen al, albert bert al alberto,
alexander alex alexandre alejandro alessandro aleksander alec sasha sandro alexandros xander,
alexandra alex alexa sandra alexandria sasha alessandra alejandra lexi, alexis alex alexia,
alfred fred alfredo alf alfie, ali, alice alicia alison alisha, amanda mandy, amber, amelia amelie emily millie, amir,
amy aimee, ana anna ann anne annie anya anja anne-marie anka aneta, andrea,
andrew andy drew andreas andre andrei andres andrej andrzej anders, angela angie angelina angel angelica, anita,
anthony tony antonio antony anton antoine toni, antonia toni antonella, arjun, arthur art arturo artur, ashley ash,
barbara barb babs basia, beatrice bea beatriz trixie beata, benjamin ben benny benji,
bernard bernie bernd bernhard bernardo,
beth betty elizabeth elisabeth liz lizzie eliza elsa elise lisa betsy ellie bess elspeth elisa isabel isabella isabelle libby lilibet ela,
brenda, brian bryan, bridget brigitte birgit, bruce, bruno, cameron cam, carl karl carlo,
carlos charles charlie chuck carlos chas, carol carole caroline carolyn carolina carrie karoline lina,
catherine katherine kathryn kate katie kathy cathy katharina catarina kat kitty katrin kathleen karin katja kasia katarzyna katarina caitlin cate,
cecilia cecile celia, chloe, christian chris kristian,
christine christina kristina chris tina christie kirsten kristin krystyna cristina,
christopher chris kris christophe christoph topher cristobal krzysztof kit, clara klara, claire clare clair, claudia, colin,
connor conor, cynthia cindy, daisy, daniel dan danny daniele, daniela daniella danielle dani, darren,
david dave davey davide dawid, dean, deborah debra debbie deb, denis dennis denise, diana diane dianne, diego,
dmitri dmitry dima dimitri, dominic dominik dominique dom, donald don donny, donna,
dorothy dot dorothea dolly doris dottie, douglas doug, dylan, edward ed eddie ted teddy ned eduard eduardo edoardo,
edwin ed, eleanor ellie ella nell nora helen helena ellen elena helene lena elaine leonora, elias eli,
emil emile emilio, emily em emmy millie emilia, emma emmy em, eric erik erich, erin, ernest ernst ernesto ernie,
esther, ethan, eugene gene, eva eve evi ewa evelyn, fatima, felix, fiona, florence flo,
frances fran francesca franziska francisca frankie fanny,
francis frank francisco francesco francois franz frankie franco,
frederick fred freddie frederic friedrich fritz frederik fredrik, gabriel gabe,
gabriela gabriella gabrielle gabi gaby, gareth gary garry, george georg jorge giorgio georges jerzy,
georgia georgina gina, gerald gerry jerry gerard gerhard gert, grace, graham graeme, gregory greg gregor gregorio,
gunther gunter, hannah hanna johanna hana,
hans johannes johann john jan juan johan jens giovanni ivan sean ian jean evan joao jon jonny johnny jack,
harold harry hal harald, hassan hasan, heather, henry harry hank hal heinrich henri enrique henrik enrico heinz,
hiro hiroshi, holly, hugh hugo, ian iain, ibrahim abraham abe, ida, igor, ingrid inga, irene irina irena, isaac,
jacob jake jakob jacobo jakub, jacqueline jackie, james jim jimmy jamie jaime jimmie diego santiago jamey,
jane janet jean janice jana joan joanna jeanne joanne johanna giovanna juana joana jenny jo, jason jay, javier xavier,
jennifer jenny jen jenna, jeremy jerry jeremiah, jessica jess jessie, jill gillian,
joe joseph joey jose giuseppe josef jozef pepe, joel, jonas, jonathan jon johnny jonny, jordan,
josefa josephine jo josie josefina pepa, joshua josh, joyce, juan, judith judy judit,
julia julie juliet julianne giulia jule, julian julien, julio jules julius giulio, june, justin, karen, kelly,
kenneth ken kenny, kevin, kim kimberly, klaus claus nicholas nick nico nicolas nikolaus nikolai niklas nicola mikolaj,
kurt curt conrad konrad, kyle, larry lawrence laurence lorenzo laurent lars, laura lauren laurie lora,
layla leila laila, lea leah, leo leon leonard leonardo lenny leonhard, leslie les,
lewis louis luis luigi ludwig lou louie luiz, liam william will bill billy willy wilhelm willem guillermo guillaume,
lily lillian lilian, linda lynda lin, logan, louise luisa luise lou, lucas lukas luke luca lucas lukasz,
lucy lucia luzia lucie, lydia, madeleine madeline maddie magdalena lena, magdalena magda, malcolm,
manuel manny manolo manu, marcus markus mark marc marco marcos marek,
margaret maggie meg peggy margarita margarete greta margot marge rita gretchen grete marguerite malgorzata,
maria marie mary marietta mariam miriam maryam molly polly mia maja maya mari, marilyn, marina, mario,
marion marian marianne, martha marta, martin marty, martina tina, matilda mathilde tilly,
matthew matt matthias mateo matteo mathieu mateusz mats matthieu, maurice moritz mauricio,
max maximilian maxim maxwell, megan meg, melanie mel, melissa mel missy lisa,
michael mike mick mickey michel miguel michele mikhail misha michal mikael micha, michaela michelle shelly,
mohamed muhammad mohammed mohammad mehmet mo, monica monika, nadia nadja, nancy nan ann anne, naomi,
natalie natalia natasha natascha nathalie, nathan nathaniel nate, neil niall nils neal niels,
nicole nicola nicky nico nikki, nina, noah noa, norbert, norma, oliver ollie olivier, olivia liv, olga ola,
oscar oskar, otto, pablo paul paolo pavel pawel pal paulo, pamela pam, patricia pat patty tricia patrizia trish,
patrick pat paddy patricio patryk, paula pauline paola paulina, pedro peter pete pierre pietro piotr petr,
penelope penny, petra, philip phil phillip felipe philippe philipp filip pip, priya, rachel raquel rahel,
ralph ralf raphael rafael, raymond ray ramon raimund, rebecca becky becca bec, regina gina, renate renata,
richard rick dick rich ricky ricardo riccardo rik, rita, robert rob bob bobby bert robbie roberto robin,
roger rodger ruediger rudiger, roland, ronald ron ronnie, rosa rose rosemary rosie rosalie, ross, roxanne roxana,
rudolf rudy rudolph rodolfo, russell russ, ruth, ryan, sabine sabrina, sally sarah sara, samantha sam sammy,
samuel sam sammy, sandra sandy, sara sarah sadie, scott, sebastian seb bastian sebastien, sergio sergei serge sergey,
sharon, shirley, silvia sylvia sylvie, simon simone, sofia sophia sophie sofie zofia sonja sonia, sonia sonja,
stanley stan stanislaw, stefan stephen steven steve stephan stephane esteban stefano szczepan,
stefanie stephanie steph steffi, stella, stuart stewart stu, sunil, sunita,
susan sue susanne suzanne suzan susanna susie zuzana zuzanna, sven, teresa theresa tess terry tessa therese,
terence terry, theodore ted teddy theo theodor, thomas tom tommy tomas tomasz thom, timothy tim timmy timo, todd,
tobias toby tobi, tracy tracey, tyler ty, ulrich uli, ulrike uli, ursula uschi, valentina valerie valeria val,
vanessa, vera veronica veronika ronnie, victor viktor vic vittorio, victoria vicky viktoria vittoria tori,
vincent vince vincenzo vincente, virginia ginny, walter walt wally, wanda, wayne, wendy, werner, wolfgang wolf,
yasmin jasmine jasmin, yusuf youssef yousef, yvonne yvette ivonne, zachary zach zack, zara sara, zoe`

const familiesOf = new Map<string, number[]>()
FAMILIES.trim()
  .split(/,\s*/)
  .forEach((forms, family) => {
    for (const name of new Set(forms.split(' '))) {
      const families = familiesOf.get(name)
      if (families === undefined) familiesOf.set(name, [family])
      else families.push(family)
    }
  })

const NONE: readonly number[] = []

/** The families of forms that a folded given name belongs to; none when it is not a common one. */
export function nameFamilies(given: string): readonly number[] {
  return familiesOf.get(given) ?? NONE
}
